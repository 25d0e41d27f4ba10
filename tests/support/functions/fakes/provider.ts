/** Emulates a provider of language models on its own port. The test sets the provider's answers. */
import assert from "node:assert/strict";
import type { AiOptions } from "../../../../supabase/functions/_shared/adapters/ai/openai.ts";
import { ApiError } from "../../../../supabase/functions/_shared/core/errors.ts";

export interface Seen {
  readonly body: Record<string, unknown>;
  readonly authorization: string | null;
  readonly atMs: number;
  /**
   * Resolves at the end of the test. An answer that hangs waits for this promise, so that it ends with the
   * test.
   */
  readonly over: Promise<void>;
}

export type ProviderAnswer = (seen: Seen, index: number) => Response | Promise<Response>;

export const MESSAGES = [{ role: "user" as const, content: "a secret wish" }];
export const REQUEST = { model: "gpt-4o", messages: MESSAGES, maxOutputTokens: 100 };

export const COMPLETION = {
  id: "chatcmpl-1",
  object: "chat.completion",
  choices: [{
    index: 0,
    message: { role: "assistant", content: "Granted." },
    finish_reason: "stop",
  }],
  usage: {
    prompt_tokens: 100,
    completion_tokens: 50,
    total_tokens: 150,
    prompt_tokens_details: { cached_tokens: 40 },
    completion_tokens_details: { reasoning_tokens: 20 },
  },
};

export async function withProvider(
  answer: ProviderAnswer,
  test: (options: AiOptions, seen: Seen[]) => Promise<void>,
): Promise<void> {
  const seen: Seen[] = [];
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body = await request.json();
    const authorization = request.headers.get("authorization");
    seen.push({ body, authorization, atMs: performance.now(), over });
    return await answer(seen.at(-1)!, seen.length - 1);
  });
  const baseUrl = `http://127.0.0.1:${server.addr.port}/v1`;
  const models = new Map([["gpt-4o", 16_384]]);
  try {
    await test({ baseUrl, apiKey: "sk-none", models, researchModel: "gpt-4o" }, seen);
  } finally {
    end();
    await server.shutdown();
  }
}

/** Returns the error with which the promise of a call rejects. */
export async function refusalOf(promise: Promise<unknown>): Promise<ApiError> {
  try {
    await promise;
  } catch (error) {
    assert(error instanceof ApiError, String(error));
    return error;
  }
  throw new Error("the call was not refused");
}
