/** A streamed answer, and what it cost. */
import type { ChatRequest } from "../generated/api.ts";
import { needType } from "../core/answer.ts";
import type { Api } from "../core/api.ts";
import { FarthingError } from "../core/farthing-error.ts";
import { newId } from "../core/new-id.ts";
import type { CallOptions, PinnedOptions } from "../core/send.ts";
import { chargeOfHold, type ChatCharge } from "./chat-charge.ts";
import { type ChatEvent, chatEvents } from "./chat-events.ts";

/**
 * The time limit for opening a stream. The service waits up to 45 seconds until the model provider
 * accepts the request, and up to 45 more for the first piece of the answer. The other 50 seconds
 * are for retries. If the client gave up sooner, the user would pay the full price of an answer
 * that the client never reads.
 */
const OPEN_MS = 140_000;

/**
 * How long a chat's request may be repeated. If a chat's isolate has ended, the service closes and
 * charges the chat 60 seconds after the last heartbeat. If the request were repeated later, it
 * would begin a second chat, which is charged, too.
 */
export const REPEAT_MS = 50_000;

/** Whether the service has the request, as far as the client knows. */
type Sent = "unsent" | "refused" | "sent";

/**
 * Called when the stream could not be opened. Returns whether the service has refused the request
 * or may have accepted it.
 */
function sentAfter(error: unknown): Sent {
  return error instanceof FarthingError && !error.isUncertain ? "refused" : "sent";
}

function brokenStream(cause: unknown): FarthingError {
  const message = "The stream broke off in the middle of the answer. settled() returns the charge.";
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
  /** The charge: undefined while it is not known, null if nothing is charged. */
  #charge: ChatCharge | null | undefined;
  #holdId: string | undefined;
  #sent: Sent = "unsent";

  constructor(api: Api, request: ChatRequest, options: CallOptions) {
    this.#api = api;
    this.#body = { ...request, stream: true };
    this.idempotencyKey = options.idempotencyKey ?? newId();
    this.#options = {
      ...options,
      timeoutMs: options.timeoutMs ?? OPEN_MS,
      repeatMs: REPEAT_MS,
      pin: { user: options.signedInAs },
      idempotencyKey: this.idempotencyKey,
    };
  }

  async #open(): Promise<Response> {
    const read = (answer: Response, id: string) =>
      Promise.resolve(needType(answer, "text/event-stream", id));
    const options = this.#options;
    options.signal?.throwIfAborted();
    const before = this.#sent;
    // From here on the service may have the request, even if settled() is called before the service
    // answers.
    this.#sent = "sent";
    try {
      const answer = await this.#api.raw("post", "/ai/chat", { body: this.#body }, options, read);
      this.#holdId = answer.headers.get("farthing-hold") ?? undefined;
      return answer;
    } catch (error) {
      // If an earlier loop over this stream has sent the request, the chat may have begun. A
      // refusal of this second request does not change that.
      if (before !== "sent") this.#sent = sentAfter(error);
      throw error;
    }
  }

  async *#events(): AsyncGenerator<ChatEvent, void, undefined> {
    const { body } = await this.#open();
    try {
      yield* chatEvents(body!, this.#api.clock);
    } catch (cause) {
      this.#options.signal?.throwIfAborted();
      throw brokenStream(cause);
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    for await (const event of this.#events()) {
      if (event.event === "delta") yield event.content;
      else if (event.charge) this.#charge = event.charge;
      if (event.event === "error") throw event.error;
    }
    if (!this.#charge) throw brokenStream(undefined);
  }

  /**
   * Returns what the answer cost. After an abort or a broken connection, first waits until the
   * service has charged the answer and the charge is final. Then reads the credits from the
   * answer's hold. Never sends the request again, so it never causes a charge. Returns null if
   * nothing is charged: the request was refused or never sent, or its hold was released and no
   * charge can follow.
   * @param options the signal and the deadline of this call; the deadline is 220 seconds by
   *   default. The signal and the deadline of the stream do not apply.
   * @throws FarthingError `charge_unknown` if no answer has begun: the request is still under way,
   *   or the stream was aborted, or the connection was lost. `credits.entries()` shows the charge
   *   later. `deadline_exceeded` if the charge is not final at the deadline.
   */
  async settled(
    options: Omit<CallOptions, "idempotencyKey" | "signedInAs"> = {},
  ): Promise<ChatCharge | null> {
    if (this.#charge !== undefined) return this.#charge;
    if (this.#sent !== "sent") return null;
    if (this.#holdId === undefined) throw new FarthingError(CHARGE_UNKNOWN);
    const { pin } = this.#options;
    this.#charge = await chargeOfHold(this.#api, this.#holdId, { ...options, pin });
    return this.#charge;
  }
}

const CHARGE_UNKNOWN = {
  code: "charge_unknown",
  message:
    "The charge is not known yet, because no response has arrived. credits.entries() shows it later.",
  status: 0,
  retryable: false,
} as const;
