/**
 * The AI SDK's functions that tests call. The import takes the package's name `ai` from a variable,
 * because Deno's compiler fails on the types of version 7. So the compiler does not compare the
 * types in this file with the SDK's types.
 */
import type { Middleware, Model } from "../ai-sdk/types.ts";

interface Call {
  readonly model: Model;
  readonly prompt: string;
  readonly abortSignal?: AbortSignal;
  readonly maxRetries?: number;
  readonly tools?: Readonly<Record<string, object>>;
  readonly stopWhen?: unknown;
  readonly onError?: (event: { error: unknown }) => void;
  readonly onChunk?: () => void;
  readonly onEnd?: () => void;
}

type Metadata = Record<string, Record<string, unknown>> | undefined;

interface Sdk {
  wrapLanguageModel(options: { model: Model; middleware: Middleware }): Model;
  generateText(call: Call): Promise<{
    readonly text: string;
    readonly providerMetadata: Metadata;
    readonly steps: readonly { readonly providerMetadata: Metadata }[];
  }>;
  isStepCount(steps: number): unknown;
  jsonSchema(schema: object): unknown;
  streamText(call: Call): {
    readonly textStream: ReadableStream<string>;
    readonly providerMetadata: PromiseLike<Metadata>;
    toUIMessageStreamResponse(): Response;
  };
}

const NAME: string = "ai";
export const {
  generateText,
  isStepCount,
  jsonSchema,
  streamText,
  wrapLanguageModel,
}: Sdk = await import(NAME);
