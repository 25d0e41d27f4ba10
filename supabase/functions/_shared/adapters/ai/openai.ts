/**
 * Calls any OpenAI-compatible API with the `openai` package. The package's objects stay inside this
 * folder.
 */
import OpenAI from "openai";
import { type Metrics, NO_METRICS } from "../../metrics/metrics.ts";
import { createResiliencePolicy } from "../../resilience/resilience-policy.ts";
import type { Ai, AiPiece, AiRequest, AiUsage, Completion } from "./ai.ts";
import {
  callPartsIn,
  createCallIndexer,
  finishReasonOf,
  hasTools,
  joinCalls,
  reasoningIn,
  textOf,
  textOfCalls,
} from "./answer-parts.ts";
import { boundedFetch, InvalidAnswer } from "./bounded-fetch.ts";
import { isOutage, isTransient, retryAfterMs } from "./failures.ts";
import { offeredModels } from "./offered-models.ts";
import { bodyOf } from "./request-body.ts";
import { type Deadline, deadlineOf, LIMITS, type Limits, watched } from "./timeouts.ts";
import { mostOutputTokens } from "./plausible-usage.ts";
import { usageFrom } from "./usage.ts";

export interface AiOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** The models that callers may name, each with its maximum number of output tokens. */
  readonly models: ReadonlyMap<string, number>;
  readonly researchModel: string;
  readonly limits?: Partial<Limits>;
  readonly metrics?: Metrics;
}

function createClient({ baseUrl, apiKey }: AiOptions): OpenAI {
  return new OpenAI({
    baseURL: baseUrl,
    apiKey,
    fetch: boundedFetch,
    // Only the resilience policy retries: the SDK's retries bypass the policy's circuit breaker and
    // ignore a long Retry-After.
    maxRetries: 0,
    // The SDK would log every text that it cannot parse, and such a text may be the conversation.
    logLevel: "off",
    // Without these options, the SDK would read their values from the environment.
    organization: null,
    project: null,
  });
}

/** @param text all of the output, including hidden output */
async function estimateUsage(request: AiRequest, text: string): Promise<AiUsage> {
  const { countPrompt, countText } = await import("./tokens.ts");
  const most = mostOutputTokens(request.maxOutputTokens);
  return {
    input_tokens: countPrompt(request.messages, request.parameters),
    output_tokens: Math.min(countText(text), most),
  };
}

async function completionOf(
  answer: OpenAI.ChatCompletion,
  request: AiRequest,
): Promise<Completion> {
  const choice = answer?.choices?.[0];
  if (typeof choice?.message !== "object") throw new InvalidAnswer("the answer has no choice");
  const text = textOf(choice.message);
  const calls = callPartsIn(choice.message).map((call, index) => ({ ...call, index }));
  const all = reasoningIn(choice.message) + text + textOfCalls(calls);
  const usage = usageFrom(answer.usage, request) ?? await estimateUsage(request, all);
  return {
    text,
    ...(hasTools(request) && calls.length > 0 && { toolCalls: joinCalls(calls) }),
    finishReason: finishReasonOf(choice.finish_reason) ?? "unknown",
    usage,
  };
}

type Chunks = AsyncIterable<OpenAI.ChatCompletionChunk>;

async function* piecesOf(
  chunks: Chunks,
  request: AiRequest,
): AsyncGenerator<AiPiece, void, undefined> {
  let all = "";
  let finishReason: string | undefined;
  let usage: AiUsage | null = null;
  const indexed = createCallIndexer();
  for await (const chunk of chunks) {
    const choice = chunk.choices?.[0];
    const delta = textOf(choice?.delta);
    const calls = indexed(callPartsIn(choice?.delta));
    const called = textOfCalls(calls);
    const isAnswer = hasTools(request);
    const hidden = reasoningIn(choice?.delta) + (isAnswer ? "" : called);
    all += hidden + delta + (isAnswer ? called : "");
    finishReason = finishReasonOf(choice?.finish_reason) ?? finishReason;
    usage = usageFrom(chunk.usage, request) ?? usage;
    if (hidden !== "") yield { kind: "hidden", text: hidden };
    if (delta !== "") yield { kind: "delta", text: delta };
    if (isAnswer && calls.length > 0) yield { kind: "call", text: called, calls };
  }
  // A complete stream has a finish reason. The SDK reports a lost connection as a normal end.
  if (finishReason === undefined) throw new InvalidAnswer("the stream broke off");
  yield { kind: "end", finishReason, usage: usage ?? await estimateUsage(request, all) };
}

async function* guarded(
  chunks: Chunks,
  request: AiRequest,
  deadline: Deadline,
  silenceMs: number,
): AsyncGenerator<AiPiece, void, undefined> {
  try {
    yield* piecesOf(watched(chunks, deadline, silenceMs), request);
    // The SDK ends the stream without an error if its signal is aborted between two chunks.
    if (deadline.signal.aborted) deadline.rethrow(undefined);
  } catch (error) {
    deadline.rethrow(error);
  } finally {
    deadline.clear();
  }
}

interface AskOptions {
  readonly caller: AbortSignal | undefined;
  readonly deadline: Deadline;
  readonly timeoutMs: number;
}

/** Makes a function that calls the provider. All attempts of a call share the call's deadline. */
function createAsk(metrics: Metrics) {
  const policy = createResiliencePolicy("ai", {
    isOutage,
    isTransient,
    retryAfterMs: (error) => retryAfterMs(error, Date.now()),
    metrics,
  });
  return <T>(
    { caller, deadline, timeoutMs }: AskOptions,
    run: (options: { signal: AbortSignal }) => Promise<T>,
  ): Promise<T> => {
    const attempt = (signal: AbortSignal) =>
      run({ signal: AbortSignal.any([deadline.signal, signal]) })
        .catch((error: unknown) => Promise.reject(deadline.named(error)));
    return policy.execute(attempt, { signal: caller, timeoutMs });
  };
}

export function createAi(options: AiOptions): Ai {
  const client = createClient(options);
  const limits = { ...LIMITS, ...options.limits };
  const ask = createAsk(options.metrics ?? NO_METRICS);

  async function complete(request: AiRequest): Promise<Completion> {
    const deadline = deadlineOf(request.signal, limits.completeMs);
    const bounds = { caller: request.signal, deadline, timeoutMs: limits.completeMs };
    try {
      const answer = await ask(
        bounds,
        (how) => client.chat.completions.create(bodyOf(request), how),
      );
      return await completionOf(answer, request);
    } catch (error) {
      return deadline.rethrow(error);
    } finally {
      deadline.clear();
    }
  }

  async function stream(request: AiRequest): Promise<AsyncIterable<AiPiece>> {
    const deadline = deadlineOf(request.signal, limits.streamMs);
    const body = {
      ...bodyOf(request),
      stream: true as const,
      stream_options: { include_usage: true },
    };
    const bounds = { caller: request.signal, deadline, timeoutMs: limits.silenceMs };
    try {
      const chunks = await ask(bounds, (how) => client.chat.completions.create(body, how));
      return guarded(chunks, request, deadline, limits.silenceMs);
    } catch (error) {
      deadline.clear();
      return deadline.rethrow(error);
    }
  }

  return {
    complete,
    stream,
    countTokens: async (_model, messages, parameters) =>
      (await import("./tokens.ts")).countPrompt(messages, parameters),
    countText: async (_model, text) => (await import("./tokens.ts")).countText(text),
    meter: async () => (await import("./tokens.ts")).createMeter(),
    ...offeredModels(options.models),
    researchModel: options.researchModel,
  };
}
