/** Reads a streamed answer. */
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { ChatAnswer, ChatRequest } from "../generated/api.ts";
import { needType } from "../core/answer.ts";
import type { Api } from "../core/api.ts";
import { FarthingError } from "../core/farthing-error.ts";
import { newId } from "../core/new-id.ts";
import type { CallOptions, PinnedOptions } from "../core/send.ts";

/** The price of an answer, with everything else that the service returns except the text. */
export type ChatCharge = Omit<ChatAnswer, "message">;

/** The events of the stream, as the service sends them. */
type ChatEvent =
  | { event: "delta"; content: string }
  | { event: "usage"; charge: ChatCharge }
  | { event: "error"; error: FarthingError; charge: ChatCharge | undefined };

/** Returns undefined for an event that only a later version of the client knows. */
function eventOf(
  { event, data }: { event?: string | undefined; data: string },
): ChatEvent | undefined {
  if (event !== "delta" && event !== "usage" && event !== "error") return undefined;
  const body = JSON.parse(data);
  if (event === "delta") return { event, content: body.content };
  if (event === "usage") return { event, charge: body };
  const { error, ...charge } = body;
  const isCharged = charge.credits !== undefined;
  const details = { ...error.details, ...charge };
  // The stream had already begun, so a repeated request would return the same incomplete answer.
  return {
    event: "error",
    error: new FarthingError({ ...error, details, status: 200 }),
    charge: isCharged ? charge : undefined,
  };
}

/**
 * Yields the pieces of a stream. Reads them with a reader, because Safari has no `for await` over a
 * stream.
 */
async function* piecesOf<T>(stream: ReadableStream<T>): AsyncGenerator<T, void, undefined> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Whether the service has the request, as far as the client knows. */
type Sent = "unsent" | "refused" | "unknown" | "accepted";

/** Returns what a failure to open the stream says about the request. */
function sentAfter(error: unknown): Sent {
  if (!(error instanceof FarthingError)) return "unknown"; // The reason of an aborted signal.
  if (error.code === "idempotency_in_progress") return "accepted";
  return error.isUncertain ? "unknown" : "refused";
}

function brokenStream(cause: unknown): FarthingError {
  const message = "The connection broke in the middle of the answer. settled() returns the charge.";
  const facts = { code: "network_error", message, status: 200, retryable: true } as const;
  return new FarthingError(facts, cause);
}

/**
 * A streamed answer, which iterates over its text. Leaving the loop, or aborting the signal, stops
 * only the reading: the model completes its answer, and the whole answer is charged. `settled()`
 * returns that charge.
 */
export class ChatStream implements AsyncIterable<string> {
  readonly idempotencyKey: string;
  readonly #api: Api;
  readonly #body: ChatRequest;
  readonly #options: PinnedOptions;
  #charge: ChatCharge | undefined;
  #sent: Sent = "unsent";

  constructor(api: Api, request: ChatRequest, options: CallOptions) {
    this.#api = api;
    this.#body = { ...request, stream: true };
    this.idempotencyKey = options.idempotencyKey ?? newId();
    const pin = { user: options.signedInAs };
    this.#options = { ...options, pin, idempotencyKey: this.idempotencyKey };
  }

  async #open(options: CallOptions): Promise<Response> {
    const read = (answer: Response, id: string) =>
      Promise.resolve(needType(answer, "text/event-stream", id));
    const wasAccepted = this.#sent === "accepted";
    options.signal?.throwIfAborted();
    try {
      const answer = await this.#api.raw("post", "/ai/chat", { body: this.#body }, options, read);
      this.#sent = "accepted";
      return answer;
    } catch (error) {
      if (!wasAccepted) this.#sent = sentAfter(error);
      throw error;
    }
  }

  async *#events(options: CallOptions): AsyncGenerator<ChatEvent, void, undefined> {
    const response = await this.#open(options);
    try {
      const messages = response.body!
        .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
        .pipeThrough(new EventSourceParserStream());
      for await (const message of piecesOf(messages)) {
        const event = eventOf(message);
        if (event !== undefined) yield event;
      }
    } catch (cause) {
      options.signal?.throwIfAborted();
      throw brokenStream(cause);
    }
  }

  async *#read(options: CallOptions): AsyncGenerator<string, void, undefined> {
    for await (const event of this.#events(options)) {
      if (event.event === "delta") yield event.content;
      else if (event.charge) this.#charge = event.charge;
      if (event.event === "error") throw event.error;
    }
    if (!this.#charge) throw brokenStream(undefined);
  }

  [Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    return this.#read(this.#options);
  }

  /**
   * Returns what the answer cost. After an abort or a broken connection, repeats the request with
   * the same Idempotency-Key until the answer is complete. Returns null if nothing is charged,
   * because the request was refused or never sent.
   * @param options the signal and the deadline of this call, three minutes by default; those of the
   *   stream do not apply
   * @throws FarthingError `charge_unknown` if the stream was aborted, or the connection lost,
   *   before an answer began: a repeat might begin a second answer. `credits.entries()` shows the
   *   charge later.
   */
  async settled(
    options: Omit<CallOptions, "idempotencyKey" | "signedInAs"> = {},
  ): Promise<ChatCharge | null> {
    if (this.#charge) return this.#charge;
    if (this.#sent === "unknown") throw new FarthingError(CHARGE_UNKNOWN);
    if (this.#sent !== "accepted") return null;
    const { idempotencyKey, pin } = this.#options;
    const call = { timeoutMs: SETTLED_MS, ...options, idempotencyKey, pin };
    try {
      for await (const _ of this.#read(call)); // The stored answer comes at once.
    } catch (error) {
      if (!this.#charge) throw error; // The answer failed, and its charge is known.
    }
    return this.#charge ?? null;
  }
}

/** A stream ends at most two minutes after its reader has disconnected. */
const SETTLED_MS = 180_000;

const CHARGE_UNKNOWN = {
  code: "charge_unknown",
  message: "The request ended before its answer began. The entries show whether it was charged.",
  status: 0,
  retryable: false,
} as const;
