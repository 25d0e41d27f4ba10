/**
 * A chat that streams its answer. It ends once, in `conclude`, when the provider's stream does. A caller who
 * leaves does not end it: the provider bills what it has begun, reasoning included. The pump does not wait
 * for a slow reader either, who would otherwise hold the credits for longer.
 */
import type { AiPiece, AiUsage, TokenMeter } from "../_shared/adapters/ai/ai.ts";
import { mostOutputTokens } from "../_shared/adapters/ai/usage.ts";
import { withOwnTime } from "../_shared/core/request.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { codeOf, type Ending, releaseChat, settleChat } from "./close-chat.ts";
import { keepAlive, type Progress, startProgress } from "./progress.ts";
import { type CallerConnection, openConnection } from "./caller-connection.ts";
import type { Answer, OpenChat } from "./open-chat.ts";
import { sseEvent, sseResponse } from "./sse.ts";

/** More than any stream: it goes on when its request is answered, and ends by the model's own limits. */
const STREAM_MS = 200_000;

/** The log's code and the finish reason of an answer whose caller left. */
const CALLER_LEFT = "aborted";

interface Started {
  readonly chat: OpenChat;
  readonly pieces: AsyncIterator<AiPiece>;
  readonly first: IteratorResult<AiPiece>;
  readonly progress: Progress;
  readonly meter: TokenMeter;
  readonly connection: CallerConnection;
}

/** The caller's side of a stream: it does nothing once they have left. */
interface Caller {
  send(event: Uint8Array): void;
  /** Sends the error, and nothing after it. */
  dismiss(error: ApiError): void;
}

/** The received part. */
interface Received {
  text: string;
  tokens: number;
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const detail = error instanceof Error ? error.stack ?? error.message : String(error);
  return new ApiError("internal", { internal: detail, cause: error });
}

function countedOf({ inputTokens }: OpenChat, { tokens }: Received): AiUsage {
  return { input_tokens: inputTokens, output_tokens: tokens };
}

/** Sends piece by piece, each recorded before it is sent. @returns the provider's own end */
async function relay(started: Started, received: Received, caller: Caller): Promise<Ending> {
  const { chat, pieces, progress, meter, connection } = started;
  let isRecorded = true;
  for (let next = started.first; !next.done; next = await pieces.next()) {
    const piece = next.value;
    if (piece.kind === "end") {
      const { finishReason, usage } = piece;
      return {
        text: received.text,
        finishReason,
        usage,
        ...(connection.hasLeft && { errorCode: CALLER_LEFT }),
      };
    }
    received.tokens = meter.add(piece.text);
    if (piece.kind === "delta") received.text += piece.text;
    if (received.tokens > mostOutputTokens(chat.request.maxOutputTokens)) {
      const internal = "ai: more output than was asked for";
      throw new ApiError("upstream_unavailable", { status: 502, internal });
    }
    if (!isRecorded) continue;
    try {
      await progress.advance(received.tokens);
    } catch (error) {
      // A piece that can't be recorded isn't sent; the stream is read on to learn its cost.
      isRecorded = false;
      const failed = toApiError(error);
      logBreak(chat, failed);
      caller.dismiss(failed);
      continue;
    }
    if (piece.kind === "delta") caller.send(sseEvent("delta", { content: piece.text }));
  }
  throw new ApiError("upstream_unavailable", {
    status: 502,
    internal: "ai: a stream without an end",
  });
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
async function conclude(chat: OpenChat, ending: Ending, broken: ApiError | null, caller: Caller) {
  let charged: Answer;
  try {
    charged = await settleChat(chat, ending);
  } catch (error) {
    return caller.send(sseEvent("error", { error: (broken ?? toApiError(error)).body }));
  }
  const { message: _, ...usage } = charged;
  caller.send(
    broken === null
      ? sseEvent("usage", usage)
      : sseEvent("error", { error: broken.body, ...usage }),
  );
}

/** Never rejects: nobody awaits it. */
async function pump(started: Started, caller: Caller): Promise<void> {
  const { chat, connection, progress, pieces } = started;
  const received: Received = { text: "", tokens: 0 };
  let ending: Ending;
  let broken: ApiError | null = null;
  try {
    ending = await relay(started, received, caller);
  } catch (error) {
    broken = toApiError(error);
    logBreak(chat, broken);
    const [finishReason, errorCode] = connection.hasLeft
      ? [CALLER_LEFT, CALLER_LEFT]
      : ["error", broken.code];
    const counted = countedOf(chat, received);
    ending = { text: received.text, finishReason, usage: null, counted, errorCode };
  } finally {
    progress.stop();
    connection.end();
    // Else its deadline would keep all of it in memory for two minutes.
    pieces.return?.().catch(() => {});
  }
  await conclude(chat, ending, broken, caller);
}

/**
 * Until the first piece is there nothing has been sent: an error of the provider gives everything back and
 * keeps its status. A caller who leaves after the provider has accepted pays what it may have done.
 */
async function start(chat: OpenChat, connection: CallerConnection): Promise<Started> {
  const { ai, request, services, holdId } = chat;
  const beat = { p_hold_id: holdId, p_output_tokens: undefined };
  const stopWaiting = keepAlive(() => services.database.rpc("chats_record", beat));
  let progress: Progress | undefined;
  try {
    const signal = AbortSignal.any([connection.stop, services.lifetime.ending]);
    const stream = await ai.stream({ ...request, signal });
    const pieces = stream[Symbol.asyncIterator]();
    progress = await startProgress(chat);
    const meter = await ai.meter(request.model);
    return { chat, pieces, first: await pieces.next(), progress, meter, connection };
  } catch (error) {
    progress?.stop();
    connection.end();
    if (connection.hasLeft && progress !== undefined) {
      const counted = countedOf(chat, { text: "", tokens: 0 });
      const ending = {
        text: "",
        finishReason: CALLER_LEFT,
        usage: null,
        counted,
        errorCode: CALLER_LEFT,
      };
      await settleChat(chat, ending);
    } else {
      await releaseChat(chat, connection.hasLeft ? CALLER_LEFT : codeOf(error));
    }
    throw error;
  } finally {
    stopWaiting();
  }
}

function streamOf(started: Started): ReadableStream<Uint8Array> {
  const { chat, connection } = started;
  let isOpen = true;
  return new ReadableStream({
    start(controller) {
      const caller: Caller = {
        send(event) {
          if (isOpen) controller.enqueue(event);
        },
        dismiss(error) {
          this.send(sseEvent("error", { error: error.body }));
          hangUp();
        },
      };
      const hangUp = () => {
        if (isOpen) controller.close();
        isOpen = false;
        connection.leave();
      };
      chat.services.waitUntil(pump(started, caller).then(hangUp));
    },
    cancel() {
      isOpen = false;
      connection.leave();
    },
  });
}

async function begin(chat: OpenChat, signal: AbortSignal): Promise<Response> {
  const connection = openConnection(chat.patienceMs);
  if (signal.aborted) connection.leave();
  signal.addEventListener("abort", () => connection.leave(), { once: true });
  const starting = start(chat, connection);
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
