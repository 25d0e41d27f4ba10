/**
 * The services of `health`. Their model client can ask only one short question, so this file
 * imports neither the client for chats nor the tokenizer.
 */
import type { Ai } from "./adapters/ai/ai.ts";
import { createProbe } from "./adapters/ai/probe.ts";
import { type Env, readEnv } from "./core/env.ts";
import { ApiError } from "./core/errors.ts";
import type { Services, ServicesSource } from "./http/route/app-services.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { servicesFromEnv } from "./services.ts";

function probeFrom(env: Env, metrics: Metrics): () => Promise<Ai> {
  const { AI_BASE_URL: baseUrl, AI_API_KEY: apiKey, AI_MODELS: models } = env;
  if (baseUrl === undefined || apiKey === undefined || models === undefined) {
    return () => Promise.reject(new ApiError("not_ready", { internal: "no model is configured" }));
  }
  const researchModel = env.AI_RESEARCH_MODEL ?? [...models.keys()][0]!;
  const probe = createProbe({ baseUrl, apiKey, researchModel }, metrics);
  return () => Promise.resolve(probe);
}

let shared: Services | undefined;

/**
 * Makes the services on the first request. @throws EnvError on every request until the environment
 * is complete
 */
export const servicesWithProbe: ServicesSource = () => {
  if (shared !== undefined) return shared;
  const services = servicesFromEnv();
  return shared = { ...services, ai: probeFrom(readEnv(), services.metrics) };
};
