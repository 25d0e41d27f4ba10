/**
 * A chat that is answered as it comes. It ends once, in `conclude`, whoever ends it: the provider, the
 * caller who leaves, an isolate that is about to be killed, or an error. The pump does not wait for a slow
 * reader: what the provider has sent has to be paid, and a reader who stands still must not keep a hold open.
 */
import type { AiPiece, AiUsage, TokenMeter } from "../_shared/ai/ai.ts";
import { mostOutputTokens } from "../_shared/ai/usage.ts";
import { withOwnTime } from "../_shared/http/deadline.ts";
import { ApiError } from "../_shared/http/errors.ts";
import { codeOf, type Ending, releaseChat, settleChat } from "./close-chat.ts";
import { keepAlive } from "./heartbeat.ts";
import type { Answer, OpenChat } from "./open-chat.ts";
import { type Progress, startProgress } from "./progress.ts";
import { sseEvent, sseResponse } from "./sse.ts";

/** Why a stream ends when its caller has left. */
class CallerLeft extends Error {}

/** More than any stream: it goes on when its request is answered, and ends by the model's own limits. */
const STREAM_MS = 200_000;

/** How an answer ended, and what its log says, when the caller left. */
const LEFT = "aborted";

interface Started {
  readonly chat: OpenChat;
  readonly pieces: AsyncIterator<AiPiece>;
  readonly first: IteratorResult<AiPiece>;
  readonly progress: Progress;
  readonly meter: TokenMeter;
  readonly caller: AbortController;
}

type Send = (event: Uint8Array) => void;

/** What the caller has been sent so far. */
interface Sent {
  text: string;
  tokens: number;
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const detail = error instanceof Error ? error.stack ?? error.message : String(error);
  return new ApiError("internal", { internal: detail, cause: error });
}

function usageOf({ inputTokens }: OpenChat, { tokens }: Sent): AiUsage {
  return { input_tokens: inputTokens, output_tokens: tokens };
}

/** Hands on piece by piece, each recorded before it goes; the provider's own end, where there is one. */
async function relay(started: Started, sent: Sent, send: Send): Promise<Ending> {
  const { chat, pieces, progress, meter, caller } = started;
  for (let next = started.first; !next.done; next = await pieces.next()) {
    caller.signal.throwIfAborted();
    const piece = next.value;
    if (piece.kind === "end") {
      return { text: sent.text, finishReason: piece.finishReason, usage: piece.usage };
    }
    const tokens = meter.add(piece.text);
    if (tokens > mostOutputTokens(chat.request.maxOutputTokens)) {
      const internal = "ai: more output than was asked for";
      throw new ApiError("upstream_unavailable", { status: 502, internal });
    }
    await progress.advance(tokens);
    caller.signal.throwIfAborted();
    send(sseEvent("delta", { content: piece.text }));
    sent.text += piece.text;
    sent.tokens = tokens;
  }
  return { text: sent.text, finishReason: "unknown", usage: usageOf(chat, sent) };
}

function logBreak({ context, services }: OpenChat, error: ApiError): void {
  services.log("warn", "chat broke off", {
    request_id: context.requestId,
    trace_id: context.traceId,
    code: error.code,
    detail: error.internal,
  });
}

/** The last event: what was charged, or what went wrong and what was charged all the same. */
async function conclude(chat: OpenChat, ending: Ending, broken: ApiError | null, send: Send) {
  let charged: Answer;
  try {
    charged = await settleChat(chat, ending);
  } catch (error) {
    return send(sseEvent("error", { error: (broken ?? toApiError(error)).body }));
  }
  const { message: _, ...usage } = charged;
  send(
    broken === null
      ? sseEvent("usage", usage)
      : sseEvent("error", { error: broken.body, ...usage }),
  );
}

/** Never rejects: there is nobody left to tell. */
async function pump(started: Started, send: Send): Promise<void> {
  const { chat, caller, progress, pieces } = started;
  const sent: Sent = { text: "", tokens: 0 };
  let ending: Ending;
  let broken: ApiError | null = null;
  try {
    ending = await relay(started, sent, send);
  } catch (error) {
    const usage = usageOf(chat, sent);
    const { text } = sent;
    if (caller.signal.aborted) {
      ending = { text, finishReason: LEFT, usage, errorCode: LEFT };
    } else {
      broken = toApiError(error);
      logBreak(chat, broken);
      ending = { text, finishReason: "error", usage, errorCode: broken.code };
    }
    caller.abort(new CallerLeft());
  } finally {
    progress.stop();
    // Else its deadline would keep all of it in memory for two minutes.
    pieces.return?.().catch(() => {});
  }
  await conclude(chat, ending, broken, send);
}

/**
 * Until the first piece is there nothing has been sent: an error of the provider gives everything back and
 * keeps its status. A caller who leaves after the provider has accepted pays the prompt.
 */
async function start(chat: OpenChat, caller: AbortController): Promise<Started> {
  const { ai, request, services, holdId } = chat;
  const beat = { p_hold_id: holdId, p_output_tokens: null };
  const stopWaiting = keepAlive(() => services.database.rpc("chats_record", beat));
  let progress: Progress | undefined;
  try {
    const signal = AbortSignal.any([caller.signal, services.lifetime.ending]);
    const stream = await ai.stream({ ...request, signal });
    const pieces = stream[Symbol.asyncIterator]();
    progress = await startProgress(chat);
    const meter = await ai.meter(request.model);
    return { chat, pieces, first: await pieces.next(), progress, meter, caller };
  } catch (error) {
    progress?.stop();
    const hasLeft = caller.signal.aborted;
    caller.abort(new CallerLeft());
    if (hasLeft && progress !== undefined) {
      const usage = usageOf(chat, { text: "", tokens: 0 });
      await settleChat(chat, { text: "", finishReason: LEFT, usage, errorCode: LEFT });
    } else {
      await releaseChat(chat, hasLeft ? LEFT : codeOf(error));
    }
    if (hasLeft) throw new ApiError("request_timeout", { internal: "the caller left" });
    throw error;
  } finally {
    stopWaiting();
  }
}

function streamOf(started: Started): ReadableStream<Uint8Array> {
  const { chat, caller } = started;
  let isOpen = true;
  return new ReadableStream({
    start(controller) {
      const send: Send = (event) => {
        if (isOpen) controller.enqueue(event);
      };
      const work = pump(started, send).then(() => {
        if (isOpen) controller.close();
      });
      chat.services.waitUntil(work);
    },
    cancel() {
      isOpen = false;
      caller.abort(new CallerLeft());
    },
  });
}

async function begin(chat: OpenChat, signal: AbortSignal): Promise<Response> {
  const caller = new AbortController();
  const leave = () => caller.abort(new CallerLeft());
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  const starting = start(chat, caller);
  chat.services.waitUntil(starting.catch(() => {}));
  return sseResponse(streamOf(await starting), chat.context);
}

/**
 * Server-sent events, from the provider's first piece on.
 * @throws ApiError of the provider before that, nothing charged
 */
export function streamChat(chat: OpenChat, signal: AbortSignal): Promise<Response> {
  return withOwnTime(() => begin(chat, signal), STREAM_MS);
}

/** A stored answer as the events it would have been. */
export function replayStream(
  { message, ...usage }: Answer,
  chat: Pick<OpenChat, "context">,
): Response {
  const events = [sseEvent("delta", { content: message.content }), sseEvent("usage", usage)];
  return sseResponse(new Blob(events as BlobPart[]), chat.context, { replayed: true });
}
