/**
 * A client that asks a model one short question. The health check uses this client, because the
 * client for chats is larger and loads a tokenizer.
 */
import { ApiError } from "../../core/errors.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import {
  createResiliencePolicy,
  type ResiliencePolicy,
} from "../../resilience/resilience-policy.ts";
import type { Ai, AiRequest, Completion } from "./ai.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { usageFrom } from "./usage.ts";

/**
 * The timeout in ms. An answer of a few words takes about one second; a provider that exceeds the timeout
 * counts as unavailable.
 */
const TIMEOUT_MS = 20_000;

interface ProbeOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly researchModel: string;
}

type Answered = { choices?: unknown[]; usage?: Parameters<typeof usageFrom>[0] } | null;

function refused(what: string): ApiError {
  return new ApiError("upstream_unavailable", { internal: `ai: ${what}` });
}

async function ask(options: ProbeOptions, request: AiRequest, signal: AbortSignal) {
  const { model, messages, maxOutputTokens } = request;
  const answer = await boundedFetch(`${options.baseUrl.replace(/\/+$/, "")}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${options.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages, max_completion_tokens: maxOutputTokens }),
    signal,
  });
  if (!answer.ok) {
    await answer.body?.cancel();
    throw refused(`status ${answer.status}`);
  }
  const answered = await answer.json().catch(() => null) as Answered;
  if (!Array.isArray(answered?.choices) || answered.choices.length === 0) {
    throw refused("no answer");
  }
  return answered;
}

/**
 * Asks the question, and returns the usage without the text: the health check only needs to know that the
 * model answered.
 */
async function complete(
  options: ProbeOptions,
  policy: ResiliencePolicy,
  request: AiRequest,
): Promise<Completion> {
  const { usage } = await policy.execute((signal) => ask(options, request, signal), {
    signal: request.signal,
    timeoutMs: TIMEOUT_MS,
  });
  const nothing = { input_tokens: 0, output_tokens: 0 };
  return { text: "", finishReason: "stop", usage: usageFrom(usage, request) ?? nothing };
}

export function createProbe(options: ProbeOptions, metrics: Metrics): Ai {
  const policy = createResiliencePolicy("ai", { isOutage: () => true, metrics });
  const no = () =>
    Promise.reject(
      new ApiError("internal", { internal: "the health check's client supports only complete()" }),
    );
  return {
    complete: (request) => complete(options, policy, request),
    ...{ stream: no, countTokens: no, countText: no, meter: no },
    maxOutputTokens: () => 0,
    isOffered: () => false,
    researchModel: options.researchModel,
  };
}
