/** The AI SDK's types for a model call, under the names that this package uses. */
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4Middleware,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";

export type Middleware = LanguageModelV4Middleware;
export type Model = LanguageModelV4;
export type Params = LanguageModelV4CallOptions;
export type GenerateResult = LanguageModelV4GenerateResult;
export type StreamResult = LanguageModelV4StreamResult;
export type Part = LanguageModelV4StreamPart;
export type FinishPart = Extract<Part, { type: "finish" }>;
export type Usage = LanguageModelV4Usage;
