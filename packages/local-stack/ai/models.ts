/**
 * What the emulator offers: model, and the most tokens that one answer of it may have. o4-mini is one that
 * thinks, claude-haiku-4-5 one of another maker, with a tokenizer of its own.
 */
export const MODELS: Readonly<Record<string, number>> = {
  "gpt-4o": 16_384,
  "gpt-4o-mini": 16_384,
  "o4-mini": 100_000,
  "claude-haiku-4-5": 64_000,
};

/** Models that count by another tokenizer than the functions can. */
export function isForeign(model: string): boolean {
  return model.startsWith("claude");
}

/** What prompt and answer may have together. */
export const CONTEXT_TOKENS = 128_000;

/** OpenAI answers under the name of the snapshot that served, whatever alias was asked for. */
const SNAPSHOTS: Readonly<Record<string, string>> = {
  "gpt-4o": "gpt-4o-2024-08-06",
  "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
};

export function snapshotOf(model: string): string {
  return SNAPSHOTS[model] ?? model;
}

/** The model that background research asks. */
const RESEARCH_MODEL = "gpt-4o-mini";

export function aiEnvironment(url: string, key: string): Record<string, string> {
  return {
    AI_BASE_URL: `${url}/v1`,
    AI_API_KEY: key,
    AI_MODELS: Object.entries(MODELS).map(([model, cap]) => `${model}=${cap}`).join(","),
    AI_RESEARCH_MODEL: RESEARCH_MODEL,
  };
}
