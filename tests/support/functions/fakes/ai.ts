/** A model that answers at once and counts each word as a token. */
import type { Ai, AiPiece } from "../../../../supabase/functions/_shared/adapters/ai/ai.ts";
import { ApiError } from "../../../../supabase/functions/_shared/core/errors.ts";

export const ANSWER = "Four pounds of farthings.";

function words(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}

const USAGE = { input_tokens: 12, output_tokens: 4 };

async function* pieces(): AsyncGenerator<AiPiece> {
  for (const text of ANSWER.split(/(?= )/)) yield { kind: "delta", text };
  yield { kind: "end", finishReason: "stop", usage: USAGE };
}

/** A model that fails the test if it is called. */
export const UNASKED: Partial<Ai> = {
  complete: () => Promise.reject(new Error("the provider was asked")),
  stream: () => Promise.reject(new Error("the provider was asked")),
};

export const FAKE_AI: Ai = {
  complete: () => Promise.resolve({ text: ANSWER, finishReason: "stop", usage: USAGE }),
  stream: () => Promise.resolve(pieces()),
  countTokens: (_model, messages) =>
    Promise.resolve(messages.reduce((sum, { content }) => sum + words(content), 0)),
  countText: (_model, text) => Promise.resolve(words(text)),
  meter() {
    let all = "";
    return Promise.resolve({ add: (text: string) => words(all += text) });
  },
  maxOutputTokens(model) {
    if (model.startsWith("gpt-4o")) return 4_096;
    throw new ApiError("unknown_model", { field: "model" });
  },
  isOffered: (model) => model.startsWith("gpt-4o"),
  researchModel: "gpt-4o-mini",
};
