/** Any OpenAI-compatible API, by the `openai` package. Nothing outside this folder knows its objects. */
import {
  circuitBreaker,
  ConsecutiveBreaker,
  DelegateBackoff,
  handleWhen,
  type IRetryBackoffContext,
  retry,
  wrap,
} from "cockatiel";
import OpenAI from "openai";
import { ApiError } from "../http/errors.ts";
import type { Ai, AiPiece, AiRequest, AiUsage, Completion } from "./ai.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { BadAnswer, isOutage, isTransient, retryAfterMs, toApiError, TooLate } from "./failures.ts";
import { mostOutputTokens, usageFrom } from "./usage.ts";

export interface AiOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** The models on offer, each with the most output it may be asked for. */
  readonly models: ReadonlyMap<string, number>;
  readonly researchModel: string;
  readonly limits?: Partial<Limits>;
}

interface Limits {
  /** For a whole answer: the platform waits 150 s for a response, and ours has to be settled first. */
  readonly completeMs: number;
  /** For a stream from its first byte to its last: below the platform's 150 s for a request's life. */
  readonly streamMs: number;
  /** For a stream to begin, and from one piece of it to the next. */
  readonly silenceMs: number;
}

const LIMITS: Limits = { completeMs: 100_000, streamMs: 130_000, silenceMs: 45_000 };

const MAX_RETRIES = 2;
const FIRST_DELAY_MS = 250;
/** Whoever asks us waits as long: a provider that wants more is left alone, and the caller is told. */
const LONGEST_DELAY_MS = 8_000;
const BREAK_AFTER_FAILURES = 5;
const HALF_OPEN_AFTER_MS = 10_000;

function createClient({ baseUrl, apiKey }: AiOptions): OpenAI {
  return new OpenAI({
    baseURL: baseUrl,
    apiKey,
    fetch: boundedFetch,
    // Retries are made in one place, below: the SDK's pass by the breaker and overrule a long Retry-After.
    maxRetries: 0,
    // The SDK would log what it cannot parse, which is what was said.
    logLevel: "off",
    // Else the SDK would take them from the environment.
    organization: null,
    project: null,
  });
}

function mayRetry(error: unknown): boolean {
  return isTransient(error) && (retryAfterMs(error, Date.now()) ?? 0) <= LONGEST_DELAY_MS;
}

/** As long as the provider says, else twice as long each time; with jitter, so that calls do not meet. */
function delayMs({ attempt, result }: IRetryBackoffContext<unknown>): number {
  const told = "error" in result ? retryAfterMs(result.error, Date.now()) ?? 0 : 0;
  return Math.max(told, FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + Math.random()));
}

/** Retries around the breaker: each attempt counts, and an open circuit is not knocked at. */
function createPolicy() {
  const breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: HALF_OPEN_AFTER_MS,
    breaker: new ConsecutiveBreaker(BREAK_AFTER_FAILURES),
  });
  const retries = retry(handleWhen(mayRetry), {
    maxAttempts: MAX_RETRIES,
    backoff: new DelegateBackoff(delayMs),
  });
  return wrap(retries, breaker);
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
    deadline.signal.aborted && !caller?.aborted ? new TooLate("no answer in time") : error;
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

async function countUsage(request: AiRequest, text: string): Promise<AiUsage> {
  const { countMessages, countText } = await import("./tokens.ts");
  const most = mostOutputTokens(request.maxOutputTokens);
  return {
    input_tokens: countMessages(request.messages),
    output_tokens: Math.min(countText(text), most),
  };
}

interface Said {
  readonly content?: unknown;
  readonly refusal?: unknown;
}

/** Nothing where all output was reasoning; a refusal was worked for too. @throws BadAnswer */
function textOf(said: Said | null | undefined): string {
  const text = said?.content ?? said?.refusal ?? "";
  if (typeof text !== "string") throw new BadAnswer("an answer that is no text");
  return text;
}

function reasonOf(reason: unknown): string | undefined {
  return typeof reason === "string" || reason == null ? reason ?? undefined : "unknown";
}

async function completionOf(
  answer: OpenAI.ChatCompletion,
  request: AiRequest,
): Promise<Completion> {
  const choice = answer?.choices?.[0];
  if (typeof choice?.message !== "object") throw new BadAnswer("an answer without a choice");
  const text = textOf(choice.message);
  const usage = usageFrom(answer.usage, request) ?? await countUsage(request, text);
  return { text, finishReason: reasonOf(choice.finish_reason) ?? "unknown", usage };
}

type Chunks = AsyncIterable<OpenAI.ChatCompletionChunk>;
type Deadline = ReturnType<typeof deadlineOf>;

/** Each chunk in its turn, as long as none lets wait for itself too long. */
async function* watched(chunks: Chunks, deadline: Deadline, silenceMs: number): Chunks {
  let timer = setTimeout(deadline.expire, silenceMs);
  try {
    for await (const chunk of chunks) {
      clearTimeout(timer);
      yield chunk;
      timer = setTimeout(deadline.expire, silenceMs);
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
    finishReason = reasonOf(choice?.finish_reason) ?? finishReason;
    usage = usageFrom(chunk.usage, request) ?? usage;
    if (delta === "") continue;
    text += delta;
    yield { kind: "delta", text: delta };
  }
  // A connection that is cut looks like an end to the SDK.
  if (finishReason === undefined) throw new BadAnswer("the stream broke off");
  yield { kind: "end", finishReason, usage: usage ?? await countUsage(request, text) };
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

export function createAi(options: AiOptions): Ai {
  const client = createClient(options);
  const policy = createPolicy();
  const limits = { ...LIMITS, ...options.limits };

  async function complete(request: AiRequest): Promise<Completion> {
    const deadline = deadlineOf(request.signal, limits.completeMs);
    const { signal } = deadline;
    const ask = () =>
      client.chat.completions.create(params(request), { signal, timeout: limits.completeMs })
        .catch((error: unknown) => Promise.reject(deadline.named(error)));
    try {
      return await completionOf(await policy.execute(ask, signal), request);
    } catch (error) {
      return deadline.rethrow(error);
    } finally {
      deadline.clear();
    }
  }

  async function stream(request: AiRequest): Promise<AsyncIterable<AiPiece>> {
    const deadline = deadlineOf(request.signal, limits.streamMs);
    const { signal } = deadline;
    const body = {
      ...params(request),
      stream: true as const,
      stream_options: { include_usage: true },
    };
    const ask = () => client.chat.completions.create(body, { signal, timeout: limits.silenceMs });
    try {
      const chunks = await policy.execute(ask, signal);
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
      const message = "This model is not on offer.";
      throw new ApiError("unknown_model", { message, field: "model" });
    },
    researchModel: options.researchModel,
  };
}
