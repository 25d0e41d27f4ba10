/** What tells the functions which language models there are, and where. */
import { MODELS } from "./models.ts";

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
