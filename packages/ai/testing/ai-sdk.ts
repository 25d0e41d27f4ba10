/**
 * The AI SDK as tests call it. The package's name is not a literal in the import, because Deno's
 * compiler fails on the types of `ai` 7. So this file's types are not compared with the SDK's own.
 */
import type { Middleware, Model } from "../ai-sdk/types.ts";

interface Call {
  readonly model: Model;
  readonly prompt: string;
  readonly abortSignal?: AbortSignal;
  readonly onError?: (event: { error: unknown }) => void;
}

type Metadata = Record<string, Record<string, unknown>> | undefined;

interface Sdk {
  wrapLanguageModel(options: { model: Model; middleware: Middleware }): Model;
  generateText(call: Call): Promise<{ readonly text: string; readonly providerMetadata: Metadata }>;
  streamText(call: Call): {
    readonly textStream: ReadableStream<string>;
    readonly providerMetadata: PromiseLike<Metadata>;
    toUIMessageStreamResponse(): Response;
  };
}

const NAME: string = "ai";
export const { generateText, streamText, wrapLanguageModel }: Sdk = await import(NAME);
