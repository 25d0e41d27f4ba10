import { z } from "zod";
import { delay } from "@farthing/command-line";
import { DemoError, describeRefusal, type Service } from "../shared/service.ts";
import type { TraceRequest } from "./read-first-2000-requests.ts";

const charged = z.object({
  data: z.object({
    credits: z.string(),
    balance_after: z.string(),
    lots: z.array(z.object({ id: z.string(), amount: z.string() })),
  }),
});
const refused = z.object({
  error: z.object({
    code: z.literal("insufficient_credits"),
    details: z.object({ required: z.string(), available: z.string() }),
  }),
});

/** A charge, as `POST /usage` returns it. */
export type Charge = z.infer<typeof charged>["data"];

/**
 * The result of `POST /usage`: the charge or, if credits are insufficient, the required and the
 * available credits.
 */
export type UsageAnswer =
  | { charged: Charge }
  | { refused: z.infer<typeof refused>["error"]["details"] };

/** The timeout of one call, the number of attempts, and the pause between attempts. */
const CALL_TIMEOUT_MS = 10_000;
const CALL_TRIES = 3;
const CALL_RETRY_MS = 250;

/**
 * The app's own back end. It reports usage with the secret key. For each request to a model, it
 * calls `POST /usage` once.
 */
export class BackEnd {
  readonly #service: Service;
  readonly #userId: string;
  readonly #model: string;

  constructor(service: Service, userId: string, model: string) {
    this.#service = service;
    this.#userId = userId;
    this.#model = model;
  }

  /**
   * Charges one request. The service stores each answer, even a 402, under the request's
   * Idempotency-Key. So an attempt after a 402 needs a new key. The event id does not change, and
   * the service charges each event id only once.
   */
  async charge(eventId: string, attempt: number, request: TraceRequest): Promise<UsageAnswer> {
    const response = await this.#fetch("POST", "usage", {
      "idempotency-key": `${eventId}-${attempt}`,
      "content-type": "application/json",
    }, { event_id: eventId, user_id: this.#userId, model: this.#model, ...request });
    if (response.status === 201) return { charged: charged.parse(await response.json()).data };
    if (response.status === 402) {
      return { refused: refused.parse(await response.json()).error.details };
    }
    throw await describeRefusal("POST /usage", response);
  }

  /** Returns the ledger's usage entries of the user, as CSV. The amounts of charges are negative. */
  async readUsageCsv(): Promise<string> {
    const query = new URLSearchParams({ user_id: this.#userId, kind: "usage", format: "csv" });
    const response = await this.#fetch("GET", `credits/entries?${query}`);
    if (!response.ok) throw await describeRefusal("GET /credits/entries", response);
    return await response.text();
  }

  /** Retries if there is no answer or the status is 5xx. The Idempotency-Key makes this safe. */
  async #fetch(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: unknown,
  ): Promise<Response> {
    for (let tried = 1;; tried++) {
      try {
        const response = await fetch(`${this.#service.url}/functions/v1/${path}`, {
          method,
          headers: { apikey: this.#service.secretKey, ...headers },
          ...(body !== undefined && { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
        });
        if (response.status < 500 || tried === CALL_TRIES) return response;
        await response.body?.cancel();
      } catch (error) {
        if (tried === CALL_TRIES) throw new DemoError(`${method} /${path} failed: ${error}`);
      }
      await delay(CALL_RETRY_MS * tried);
    }
  }
}
