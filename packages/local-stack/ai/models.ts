/**
 * The models that the emulator offers, each with the maximum number of tokens in an answer. o4-mini
 * is a reasoning model; claude-haiku-4-5 is another provider's model with its own tokenizer.
 */
export const MODELS: Readonly<Record<string, number>> = {
  "gpt-4o": 16_384,
  "gpt-4o-mini": 16_384,
  "o4-mini": 100_000,
  "claude-haiku-4-5": 64_000,
};

/** Returns whether a model counts tokens with a tokenizer that the Edge Functions do not have. */
export function isForeign(model: string): boolean {
  return model.startsWith("claude");
}

/**
 * The maximum number of tokens in a prompt. OpenAI's limit is for the prompt and the answer
 * together, but the emulator checks only the prompt.
 */
export const CONTEXT_TOKENS = 128_000;

/** OpenAI's answers name the snapshot that served them, even when the request named an alias. */
const SNAPSHOTS: Readonly<Record<string, string>> = {
  "gpt-4o": "gpt-4o-2024-08-06",
  "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
};

export function snapshotOf(model: string): string {
  return SNAPSHOTS[model] ?? model;
}

/** The model that background research uses. */
const RESEARCH_MODEL = "gpt-4o-mini";

export function aiEnvironment(url: string, key: string): Record<string, string> {
  return {
    AI_BASE_URL: `${url}/v1`,
    AI_API_KEY: key,
    AI_MODELS: Object.entries(MODELS).map(([model, cap]) => `${model}=${cap}`).join(","),
    AI_RESEARCH_MODEL: RESEARCH_MODEL,
  };
}
