/** Any OpenAI-compatible API, by the `openai` package. Nothing outside this folder knows its objects. */
import OpenAI from "openai";
import { ApiError } from "../../core/errors.ts";
import { type Metrics, NO_METRICS } from "../../metrics/metrics.ts";
import { createGuard } from "../../resilience/guard.ts";
import { EXTERNAL_SERVICES } from "../../resilience/external-services.ts";
import type { Ai, AiPiece, AiRequest, AiUsage, Completion } from "./ai.ts";
import { boundedFetch, InvalidAnswer } from "./bounded-fetch.ts";
import { AnswerTimeout, isOutage, isTransient, retryAfterMs, toApiError } from "./errors.ts";
import { mostOutputTokens, usageFrom } from "./usage.ts";

export interface AiOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** The models on offer, each with the most output it may be asked for. */
  readonly models: ReadonlyMap<string, number>;
  readonly researchModel: string;
  readonly limits?: Partial<Limits>;
  readonly metrics?: Metrics;
}

interface Limits {
  /** For a whole answer, all attempts at it together. */
  readonly completeMs: number;
  /** For a stream from its first byte to its last: below the platform's 150 s for a request's life. */
  readonly streamMs: number;
  /** For a stream to begin, and from one piece of it to the next. */
  readonly silenceMs: number;
}

const LIMITS: Limits = {
  completeMs: EXTERNAL_SERVICES.ai.timeoutMs,
  streamMs: 130_000,
  silenceMs: 45_000,
};

function createClient({ baseUrl, apiKey }: AiOptions): OpenAI {
  return new OpenAI({
    baseURL: baseUrl,
    apiKey,
    fetch: boundedFetch,
    // The guard alone tries again: the SDK's retries pass by the breaker and overrule a long Retry-After.
    maxRetries: 0,
    // The SDK would log what it cannot parse, which is what was said.
    logLevel: "off",
    // Else the SDK would take them from the environment.
    organization: null,
    project: null,
  });
}

function params({ model, messages, maxOutputTokens }: AiRequest) {
  return { model, messages: [...messages], max_completion_tokens: maxOutputTokens };
}

/** The caller's signal and our own deadline in one; `rethrow` says which of them it was. */
function deadlineOf(caller: AbortSignal | undefined, ms: number) {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), ms);
  const signal = AbortSignal.any(caller ? [caller, deadline.signal] : [deadline.signal]);
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  /** The SDK calls every end by a signal an abort: which it was decides what is counted as an outage. */
  const named = (error: unknown) =>
    deadline.signal.aborted && !caller?.aborted ? new AnswerTimeout("no answer in time") : error;
  return {
    signal,
    named,
    expire: () => deadline.abort(),
    clear: () => clearTimeout(timer),
    /** @throws the caller's own reason, or the error of the contract */
    rethrow(error: unknown): never {
      if (caller?.aborted) throw caller.reason;
      throw toApiError(named(error));
    },
  };
}

async function estimateUsage(request: AiRequest, text: string): Promise<AiUsage> {
  const { countMessages, countText } = await import("./tokens.ts");
  const most = mostOutputTokens(request.maxOutputTokens);
  return {
    input_tokens: countMessages(request.messages),
    output_tokens: Math.min(countText(text), most),
  };
}

interface MessageText {
  readonly content?: unknown;
  readonly refusal?: unknown;
}

/** Nothing where all output was reasoning; a refusal was worked for too. @throws InvalidAnswer */
function textOf(said: MessageText | null | undefined): string {
  const text = said?.content ?? said?.refusal ?? "";
  if (typeof text !== "string") throw new InvalidAnswer("an answer that is no text");
  return text;
}

/** What the provider shows of its work: the thoughts of some models, and the arguments of tools it calls. */
function hiddenIn(said: unknown): string {
  const { reasoning_content, tool_calls } = (said ?? {}) as Record<string, unknown>;
  const calls = Array.isArray(tool_calls) ? tool_calls : [];
  const parts = [reasoning_content, ...calls.map((call) => call?.function?.arguments)];
  return parts.filter((part) => typeof part === "string").join("");
}

function reasonOf(reason: unknown): string | undefined {
  return typeof reason === "string" || reason == null ? reason ?? undefined : "unknown";
}

async function completionOf(
  answer: OpenAI.ChatCompletion,
  request: AiRequest,
): Promise<Completion> {
  const choice = answer?.choices?.[0];
  if (typeof choice?.message !== "object") throw new InvalidAnswer("an answer without a choice");
  const text = textOf(choice.message);
  const usage = usageFrom(answer.usage, request) ?? await estimateUsage(request, text);
  return { text, finishReason: reasonOf(choice.finish_reason) ?? "unknown", usage };
}

type Chunks = AsyncIterable<OpenAI.ChatCompletionChunk>;
type Deadline = ReturnType<typeof deadlineOf>;

/** Each chunk in its turn, as long as none lets wait for itself too long. */
async function* watched(chunks: Chunks, deadline: Deadline, silenceMs: number): Chunks {
  // One timer that looks when the last piece came: a timer a piece costs as much as all else done with it.
  let waitingSinceMs: number | undefined = performance.now();
  const look = () => {
    const waitedMs = waitingSinceMs === undefined ? 0 : performance.now() - waitingSinceMs;
    if (waitedMs >= silenceMs) deadline.expire();
    else timer = setTimeout(look, silenceMs - waitedMs);
  };
  let timer = setTimeout(look, silenceMs);
  try {
    for await (const chunk of chunks) {
      waitingSinceMs = undefined;
      yield chunk;
      waitingSinceMs = performance.now();
    }
  } finally {
    clearTimeout(timer);
  }
}

async function* piecesOf(
  chunks: Chunks,
  request: AiRequest,
): AsyncGenerator<AiPiece, void, undefined> {
  let text = "";
  let finishReason: string | undefined;
  let usage: AiUsage | null = null;
  for await (const chunk of chunks) {
    const choice = chunk.choices?.[0];
    const delta = textOf(choice?.delta);
    const hidden = hiddenIn(choice?.delta);
    finishReason = reasonOf(choice?.finish_reason) ?? finishReason;
    usage = usageFrom(chunk.usage, request) ?? usage;
    if (hidden !== "") yield { kind: "hidden", text: hidden };
    if (delta === "") continue;
    text += delta;
    yield { kind: "delta", text: delta };
  }
  // A connection that is cut looks like an end to the SDK.
  if (finishReason === undefined) throw new InvalidAnswer("the stream broke off");
  yield { kind: "end", finishReason, usage: usage ?? await estimateUsage(request, text) };
}

async function* guarded(
  chunks: Chunks,
  request: AiRequest,
  deadline: Deadline,
  silenceMs: number,
): AsyncGenerator<AiPiece, void, undefined> {
  try {
    yield* piecesOf(watched(chunks, deadline, silenceMs), request);
    // The SDK ends quietly when its signal fires between two chunks.
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

/** One call of the provider, all of whose attempts end with its deadline. */
function createAsk(metrics: Metrics) {
  const guard = createGuard("ai", {
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
    return guard.execute(attempt, { signal: caller, timeoutMs });
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
        (how) => client.chat.completions.create(params(request), how),
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
      ...params(request),
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
    countTokens: async (_model, messages) => (await import("./tokens.ts")).countMessages(messages),
    countText: async (_model, text) => (await import("./tokens.ts")).countText(text),
    meter: async () => (await import("./tokens.ts")).createMeter(),
    maxOutputTokens(model) {
      const cap = options.models.get(model);
      if (cap !== undefined) return cap;
      const message = "This model is not offered. Send one that this project is configured for.";
      throw new ApiError("unknown_model", { message, field: "model" });
    },
    researchModel: options.researchModel,
  };
}
