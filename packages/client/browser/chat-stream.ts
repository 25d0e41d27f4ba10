/** Reads a streamed answer. */
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { ChatAnswer, ChatRequest } from "../generated/api.ts";
import type { Api } from "../core/api.ts";
import { FarthingError } from "../core/farthing-error.ts";
import { newId } from "../core/new-id.ts";
import type { CallOptions } from "../core/send.ts";

/** The price of an answer, and everything else but its text. */
export type ChatCharge = Omit<ChatAnswer, "message">;

/** The events of the stream, as the service sends them. */
type ChatEvent =
  | { event: "delta"; content: string }
  | { event: "usage"; charge: ChatCharge }
  | { event: "error"; error: FarthingError };

function eventOf({ event, data }: { event?: string | undefined; data: string }): ChatEvent {
  const body = JSON.parse(data);
  if (event === "delta") return { event, content: body.content };
  if (event === "usage") return { event, charge: body };
  const { error, ...charge } = body;
  const details = { ...error.details, ...charge };
  // The stream had begun, so the same request would return the same broken answer.
  return { event: "error", error: new FarthingError({ ...error, details, status: 200 }) };
}

/** Reads a stream by its reader, because Safari has no `for await` over a stream. */
async function* piecesOf<T>(stream: ReadableStream<T>): AsyncGenerator<T, void, undefined> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/**
 * A streamed answer: an iterator of its text. Leaving the loop, or aborting the signal, stops the
 * reading. The model completes its answer and the whole answer is charged; `settled()` says how
 * much.
 */
export class ChatStream implements AsyncIterable<string> {
  readonly idempotencyKey: string;
  readonly #api: Api;
  readonly #body: ChatRequest;
  readonly #options: CallOptions;
  #charge: ChatCharge | undefined;
  /** The service has accepted the request: a repeat of its key returns its answer. */
  #isAccepted = false;

  constructor(api: Api, request: ChatRequest, options: CallOptions) {
    this.#api = api;
    this.#body = { ...request, stream: true };
    this.idempotencyKey = options.idempotencyKey ?? newId();
    this.#options = { ...options, idempotencyKey: this.idempotencyKey };
  }

  #open(options: CallOptions): Promise<Response> {
    const untouched = (answer: Response) => Promise.resolve(answer);
    return this.#api.raw("post", "/ai/chat", { body: this.#body }, options, untouched);
  }

  async *#read(options: CallOptions): AsyncGenerator<string, void, undefined> {
    const response = await this.#open(options);
    this.#isAccepted = true;
    const events = response.body!
      .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
      .pipeThrough(new EventSourceParserStream());
    for await (const message of piecesOf(events)) {
      const event = eventOf(message);
      if (event.event === "error") throw event.error;
      if (event.event === "usage") this.#charge = event.charge;
      else yield event.content;
    }
    if (this.#charge) return;
    const message =
      "The connection broke in the middle of the answer. settled() returns the charge.";
    const facts = { code: "network_error", message, status: 200, retryable: true } as const;
    throw new FarthingError(facts);
  }

  [Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    return this.#read(this.#options);
  }

  /**
   * Returns what the answer cost. After an abort or a broken connection it asks with the same
   * Idempotency-Key until the answer is complete. Returns null if the request was not accepted, so
   * that nothing is charged.
   * @param options its own signal and deadline (three minutes), since the stream's may be over
   */
  async settled(options: Omit<CallOptions, "idempotencyKey"> = {}): Promise<ChatCharge | null> {
    if (this.#charge || !this.#isAccepted) return this.#charge ?? null;
    const { idempotencyKey } = this;
    const call = { timeoutMs: SETTLED_MS, ...options, idempotencyKey };
    for await (const _ of this.#read(call)); // The stored answer comes at once.
    return this.#charge ?? null;
  }
}

/** A stream that was left ends after two minutes at the latest. */
const SETTLED_MS = 180_000;
