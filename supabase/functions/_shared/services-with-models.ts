/**
 * The services of the Edge Functions that call language models or count tokens. An Edge Function is
 * deployed with all code that it imports, and loads all of it. So the other Edge Functions use
 * services.ts, which imports neither the models' client nor the tokenizer.
 */
import { type Env, readEnv } from "./core/env.ts";
import { ApiError } from "./core/errors.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { servicesFromEnv } from "./services.ts";
import { type Services, type ServicesSource } from "./http/route/app-services.ts";
import type { Ai } from "./adapters/ai/ai.ts";

/**
 * Returns the value of a variable. @throws ApiError `not_ready` if the variable is missing; the log
 * names the variable
 */
function needed<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw new ApiError("not_ready", { internal: `Environment incomplete: ${name}` });
}

export function aiFrom(env: Env, metrics: Metrics): () => Promise<Ai> {
  let loading: Promise<Ai> | undefined;
  return () => {
    const models = needed(env.AI_MODELS, "AI_MODELS");
    const options = {
      baseUrl: needed(env.AI_BASE_URL, "AI_BASE_URL"),
      apiKey: needed(env.AI_API_KEY, "AI_API_KEY"),
      models,
      researchModel: env.AI_RESEARCH_MODEL ?? [...models.keys()][0]!,
      metrics,
    };
    return loading ??= import("./adapters/ai/openai.ts").then(({ createAi }) => createAi(options));
  };
}

let shared: Services | undefined;

/**
 * Makes the services on the first request. @throws EnvError on every request until the environment
 * is complete
 */
export const servicesWithModels: ServicesSource = () => {
  if (shared !== undefined) return shared;
  const services = servicesFromEnv();
  return shared = { ...services, ai: aiFrom(readEnv(), services.metrics) };
};
