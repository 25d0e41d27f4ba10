/**
 * Streams the answer of a chat. The stream continues when the caller disconnects, because the
 * model's provider bills each answer that it has begun, including the reasoning. The stream does
 * not wait for a caller that reads slowly, because waiting would keep the credits held for longer.
 * A chat is settled once, in `conclude`, after the provider's stream has ended.
 */
import type { AiPiece, TokenMeter } from "../_shared/adapters/ai/ai.ts";
import { mostOutputTokens } from "../_shared/adapters/ai/plausible-usage.ts";
import type { Answer } from "../_shared/contracts/database/results/chats.ts";
import type { HeaderPairs } from "../_shared/core/current-request.ts";
import { withOwnTime } from "../_shared/core/deadline.ts";
import { ApiError, asApiError } from "../_shared/core/errors.ts";
import {
  answerOf,
  CALLER_LEFT,
  endingOfBroken,
  logBreak,
  NOTHING,
  type Received,
} from "./broken-stream.ts";
import { codeOf, type Ending, releaseChat, settleChat } from "./close-chat.ts";
import { HEARTBEAT_MS, keepAlive, PING, PING_MS } from "./pings-and-heartbeats.ts";
import { type Progress, startProgress } from "./progress.ts";
import { type CallerConnection, openConnection } from "./caller-connection.ts";
import type { OpenChat } from "./open-chat.ts";
import { type AnswerEvents, sseResponse } from "./sse.ts";

/**
 * The deadline of a stream, in milliseconds. It is longer than any stream, because the model's own timeouts
 * end a stream earlier.
 */
const STREAM_MS = 200_000;

interface Started {
  readonly chat: OpenChat;
  readonly pieces: AsyncIterator<AiPiece>;
  readonly first: IteratorResult<AiPiece>;
  readonly progress: Progress;
  readonly meter: TokenMeter;
  readonly connection: CallerConnection;
  readonly events: AnswerEvents;
}

/**
 * The connection to the caller of a stream. The methods do nothing after the caller has
 * disconnected.
 */
interface Caller {
  send(event: Uint8Array | null): void;
  /** Sends the error and closes the stream. */
  dismiss(error: ApiError): void;
}

/**
 * Sends the answer piece by piece. Each piece is recorded before it is sent.
 * @returns how the answer ended, as the model's provider reports it
 */
async function relay(started: Started, received: Received, caller: Caller): Promise<Ending> {
  const { chat, pieces, progress, meter, connection, events } = started;
  let isRecorded = true;
  for (let next = started.first; !next.done; next = await pieces.next()) {
    const piece = next.value;
    if (piece.kind === "end") {
      const { finishReason, usage } = piece;
      return {
        ...answerOf(received),
        finishReason,
        usage,
        ...(connection.hasLeft && { errorCode: CALLER_LEFT }),
      };
    }
    received.tokens = meter.add(piece.text);
    if (piece.kind === "delta") received.text += piece.text;
    if (piece.kind === "call") received.calls.push(...piece.calls);
    if (received.tokens > mostOutputTokens(chat.request.maxOutputTokens)) {
      const internal = "ai: more output than was asked for";
      throw new ApiError("upstream_unavailable", { status: 502, internal });
    }
    if (!isRecorded) continue;
    try {
      await progress.advance(received.tokens);
    } catch (error) {
      // A piece that cannot be recorded is not sent. The stream is still read to its end, because its last
      // piece contains the usage.
      isRecorded = false;
      const failed = asApiError(error);
      logBreak(chat, failed);
      caller.dismiss(failed);
      continue;
    }
    caller.send(events.piece(piece));
  }
  throw new ApiError("upstream_unavailable", {
    status: 502,
    internal: "ai: a stream without an end",
  });
}

/**
 * Settles the chat and sends the last event: `usage` with the charge, or `error` with the error
 * and, if known, the charge.
 */
async function conclude(
  { chat, events }: Started,
  ending: Ending,
  broken: ApiError | null,
  caller: Caller,
) {
  let charged: Answer;
  try {
    charged = await settleChat(chat, ending);
  } catch (error) {
    return caller.send(events.error((broken ?? asApiError(error)).body));
  }
  caller.send(broken === null ? events.end(charged) : events.error(broken.body, charged));
}

/**
 * Reads the stream of the model's provider to its end. Never rejects, because no code awaits it.
 */
async function pump(started: Started, caller: Caller): Promise<void> {
  const { chat, connection, progress, pieces } = started;
  const received: Received = { ...NOTHING, calls: [] };
  let ending: Ending;
  let broken: ApiError | null = null;
  try {
    ending = await relay(started, received, caller);
  } catch (error) {
    broken = asApiError(error);
    logBreak(chat, broken);
    ending = endingOfBroken(chat, received, connection.hasLeft ? CALLER_LEFT : broken);
  } finally {
    progress.stop();
    connection.end();
    // Without `return()`, the timer of the model's timeout would keep the stream in memory for two
    // minutes.
    pieces.return?.().catch(() => {});
  }
  await conclude(started, ending, broken, caller);
}

/**
 * Starts the stream of the model's provider and waits for its first piece. Until then nothing has
 * been sent, so if the provider fails, the hold is released and the response has the error's
 * status. If the caller disconnects after the provider has accepted the request, the caller is
 * charged the highest amount that the provider can have billed.
 */
async function start(
  chat: OpenChat,
  connection: CallerConnection,
  events: AnswerEvents,
): Promise<Started> {
  const { ai, request, services, holdId } = chat;
  const beat = { p_hold_id: holdId, p_output_tokens: undefined };
  const stopWaiting = keepAlive(() => services.database.rpc("chats_record", beat), HEARTBEAT_MS);
  let progress: Progress | undefined;
  try {
    const signal = AbortSignal.any([connection.stop, services.lifetime.ending]);
    const stream = await ai.stream({ ...request, signal });
    const pieces = stream[Symbol.asyncIterator]();
    progress = await startProgress(chat);
    const meter = await ai.meter(request.model);
    return { chat, pieces, first: await pieces.next(), progress, meter, connection, events };
  } catch (error) {
    progress?.stop();
    connection.end();
    if (connection.hasLeft && progress !== undefined) {
      await settleChat(chat, endingOfBroken(chat, NOTHING, CALLER_LEFT));
    } else {
      await releaseChat(chat, connection.hasLeft ? CALLER_LEFT : codeOf(error));
    }
    throw error;
  } finally {
    stopWaiting();
  }
}

function streamOf(started: Started): ReadableStream<Uint8Array> {
  const { chat, connection, events } = started;
  let isOpen = true;
  return new ReadableStream({
    start(controller) {
      const caller: Caller = {
        send(event) {
          if (isOpen && event !== null) controller.enqueue(event);
        },
        dismiss(error) {
          this.send(events.error(error.body));
          hangUp();
        },
      };
      const hangUp = () => {
        if (isOpen) controller.close();
        isOpen = false;
        connection.leave();
      };
      const stopPings = keepAlive(async () => await caller.send(PING), PING_MS);
      chat.services.waitUntil(pump(started, caller).finally(stopPings).then(hangUp));
    },
    cancel() {
      isOpen = false;
      connection.leave();
    },
  });
}

/** The caller's signal, and the shape and headers of the stream. */
interface Wanted {
  /** Fires when the caller disconnects. */
  readonly signal: AbortSignal;
  readonly events: AnswerEvents;
  /** Headers of the response, in addition to the headers of every stream. */
  readonly headers?: Readonly<HeaderPairs>;
}

async function begin(chat: OpenChat, { signal, events, headers }: Wanted): Promise<Response> {
  const connection = openConnection(chat.abandonedStreamTimeoutMs);
  if (signal.aborted) connection.leave();
  signal.addEventListener("abort", () => connection.leave(), { once: true });
  const starting = start(chat, connection, events);
  chat.services.waitUntil(starting.catch(() => {}));
  return sseResponse(streamOf(await starting), chat.context, headers);
}

/**
 * Answers with server-sent events after the first piece from the model's provider has arrived.
 * @throws ApiError if the provider fails before the first piece; in that case, the chat is charged
 *   only if the caller has disconnected
 */
export function streamChat(chat: OpenChat, wanted: Wanted): Promise<Response> {
  return withOwnTime(() => begin(chat, wanted), STREAM_MS);
}
