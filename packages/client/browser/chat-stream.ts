/** Reads a streamed answer. */
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { ChatAnswer, ChatRequest } from "../generated/api.ts";
import type { Api } from "../core/api.ts";
import { FarthingError } from "../core/farthing-error.ts";
import { newId } from "../core/new-id.ts";
import type { CallOptions } from "../core/send.ts";

/** The price of an answer, with everything else that the service returns except the text. */
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
  // The stream had already begun, so a repeated request would return the same incomplete answer.
  return { event: "error", error: new FarthingError({ ...error, details, status: 200 }) };
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

/**
 * A streamed answer, which iterates over its text. Leaving the loop, or aborting the signal, stops
 * only the reading: the model completes its answer, and the whole answer is charged. `settled()`
 * returns that charge.
 */
export class ChatStream implements AsyncIterable<string> {
  readonly idempotencyKey: string;
  readonly #api: Api;
  readonly #body: ChatRequest;
  readonly #options: CallOptions;
  #charge: ChatCharge | undefined;
  /**
   * Whether the service has accepted the request. If so, a repeat with the same key returns its
   * answer.
   */
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
   * Returns what the answer cost. After an abort or a broken connection, repeats the request with
   * the same Idempotency-Key until the answer is complete. Returns null if no answer began to
   * arrive. Nothing is charged if the request was refused; after an abort the charge is unknown.
   * @param options the signal and the deadline of this call, three minutes by default; those of the
   *   stream do not apply
   */
  async settled(options: Omit<CallOptions, "idempotencyKey"> = {}): Promise<ChatCharge | null> {
    if (this.#charge || !this.#isAccepted) return this.#charge ?? null;
    const { idempotencyKey } = this;
    const call = { timeoutMs: SETTLED_MS, ...options, idempotencyKey };
    for await (const _ of this.#read(call)); // The stored answer comes at once.
    return this.#charge ?? null;
  }
}

/** After its reader has disconnected, a stream ends within two minutes. */
const SETTLED_MS = 180_000;
