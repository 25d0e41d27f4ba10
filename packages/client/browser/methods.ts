/** The methods that a signed-in user calls. */
import type { Checkout, CheckoutRequest } from "../generated/api.ts";
import type { Api, Body, Changed, Input } from "../core/api.ts";
import type { CurrentBalance } from "../core/balance.ts";
import type { Connection } from "../core/connection.ts";
import type { CallOptions, PinnedOptions } from "../core/send.ts";
import { csvOf } from "../helpers/csv.ts";
import { entries, entriesCsv, type EntriesFilter } from "../helpers/entries.ts";
import { waitForCard, type WaitForCardOptions } from "./cards.ts";
import { ChatStream, REPEAT_MS } from "./chat-stream.ts";
import { followJob, type FollowOptions, waitForJob, type WaitForJobOptions } from "./follow-job.ts";
import { waitForOrder, type WaitForOrderOptions } from "./orders.ts";
import { fetchOwn, type OwnRequest } from "./own-back-end.ts";

type Reading = Omit<CallOptions, "idempotencyKey">;

/**
 * The default timeout for an answer that is not streamed. The service itself takes at most 100
 * seconds for such an answer.
 */
const ANSWER_MS = 120_000;

export interface BuyOptions extends CallOptions {
  /** The URL to which the buyer returns. `{ORDER_ID}` in it is replaced by the order's id. */
  readonly successUrl?: string | undefined;
  readonly cancelUrl?: string | undefined;
  readonly currency?: string | undefined;
  readonly clientTempId?: string | undefined;
}

/**
 * Omits the fields that are undefined, because the type of the request does not allow undefined.
 */
function given<T extends object>(fields: { [Key in keyof T]: T[Key] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

function creditsOf(api: Api) {
  return {
    /** Reads the current balance. */
    get: (options: Reading = {}) => api.read("/credits", {}, options) as Promise<CurrentBalance>,
    /** Reads the balance at a time in the past. */
    at: (moment: string, options: Reading = {}) =>
      api.read("/credits", { query: { at: moment } }, options),
    /** Iterates over the ledger's entries, newest first. */
    entries: (filter: EntriesFilter = {}, options: Reading = {}) => entries(api, filter, options),
    /** Returns the ledger's entries as CSV. */
    entriesCsv: (filter: EntriesFilter = {}, options: Reading = {}) =>
      entriesCsv(api, filter, options),
    spendCap: (options: Reading = {}) => api.read("/credits/spend-cap", {}, options),
    /**
     * Changes the user's own spend cap. An operator may impose a spend cap on the user who is named
     * in `user_id`.
     */
    setSpendCap: (body: Body<"/credits/spend-cap">, options: CallOptions = {}) =>
      api.change("post", "/credits/spend-cap", { body }, options),
  };
}

function jobsOf(api: Api) {
  return {
    start: (body: Body<"/jobs">, options: CallOptions = {}) =>
      api.change("post", "/jobs", { body }, options),
    research: (query: string, options: CallOptions = {}) =>
      api.change("post", "/ai/research", { body: { query } }, options),
    get: (id: string, options: Reading = {}) => api.read("/jobs/{id}", { path: { id } }, options),
    list: (query: Input<"get", "/jobs">["query"] = {}, options: Reading = {}) =>
      api.page("/jobs", { query }, options),
    /** Cancels a job. The current step is completed and charged; no further step begins. */
    cancel: (id: string, options: CallOptions = {}) =>
      api.change("delete", "/jobs/{id}", { path: { id } }, options),
    /** Iterates over a job's states until the job has ended. Leaving the loop stops the polling. */
    follow: (id: string, options: FollowOptions = {}) => followJob(api, id, options),
    /** Waits until the job has ended, and returns it. */
    wait: (id: string, options: WaitForJobOptions = {}) => waitForJob(api, id, options),
    /** Returns the file that a job has written, such as the CSV file of a `ledger_export`. */
    file: (id: string, options: Reading = {}) =>
      api.raw("get", "/jobs/{id}/file", { path: { id } }, options, (answer) => answer.blob()),
  };
}

function topUpsOf(api: Api) {
  return {
    get: (options: Reading = {}) => api.read("/top-ups", {}, options),
    set: (body: Body<"/top-ups">, options: CallOptions = {}) =>
      api.change("post", "/top-ups", { body }, options),
    turnOff: (options: CallOptions = {}) => api.change("delete", "/top-ups", {}, options),
    saveCard: (body: Body<"/top-ups/card"> = {}, options: CallOptions = {}) =>
      api.change("post", "/top-ups/card", { body }, options),
    /**
     * Call this after the user's return from Stripe's page. It waits until the top-up settings
     * contain the saved card. Returns the settings, even if no new card has appeared in time.
     */
    waitForCard: (options: WaitForCardOptions = {}) => waitForCard(api, options),
    removeCard: (options: CallOptions = {}) => api.change("delete", "/top-ups/card", {}, options),
  };
}

function chatOf(api: Api) {
  return {
    /** Returns the model's whole answer. Waits at most two minutes for it by default. */
    create: (request: Body<"/ai/chat"> & { stream?: false }, options: CallOptions = {}) => {
      const timeoutMs = options.timeoutMs ?? ANSWER_MS;
      const call: PinnedOptions = { ...options, timeoutMs, repeatMs: REPEAT_MS };
      return api.change("post", "/ai/chat", { body: request }, call);
    },
    /**
     * Returns an answer that the caller reads piece by piece. The request is sent when the caller
     * begins to read. The answer begins within `timeoutMs`, 140 seconds by default.
     */
    stream: (request: Omit<Body<"/ai/chat">, "stream">, options: CallOptions = {}) =>
      new ChatStream(api, request, options),
  };
}

/**
 * @returns an object with a function for each route that a user calls; all functions use the same
 *   connection
 */
export function farthingOf(api: Api, connection: Connection) {
  const { read, change, page, each } = api;
  return {
    credits: creditsOf(api),
    jobs: jobsOf(api),
    topUps: topUpsOf(api),
    packages: (options: Reading = {}) => read("/checkout/packages", {}, options),
    rates: (options: Reading = {}) => read("/usage/rates", {}, options),
    features: (options: Reading = {}) => read("/features", {}, options),
    orders: {
      get: (id: string, options: Reading = {}) =>
        read("/checkout/orders/{id}", { path: { id } }, options),
      list: (query: Input<"get", "/checkout/orders">["query"] = {}, options: Reading = {}) =>
        page("/checkout/orders", { query }, options),
    },
    /**
     * Opens a checkout for the package with this slug or id. Send the buyer to the `checkout_url`
     * of the result.
     */
    buy(packageId: string, options: BuyOptions = {}): Promise<Changed<Checkout>> {
      const { successUrl, cancelUrl, currency, clientTempId, ...call } = options;
      const body = given<CheckoutRequest>({
        package_id: packageId,
        success_url: successUrl,
        cancel_url: cancelUrl,
        currency,
        client_temp_id: clientTempId,
      });
      return change("post", "/checkout", { body }, call);
    },
    /**
     * Waits until the order is paid, failed or expired. Returns the order and the balance that was
     * read afterwards.
     */
    waitForOrder: (id: string, options: WaitForOrderOptions = {}) => waitForOrder(api, id, options),
    chat: chatOf(api),
    /**
     * Calls the app's own back end with the user's token, which `respond` of
     * `@farthing/client/server` checks. Returns a successful response. Pass only a URL of your own
     * host, because the request contains the user's token.
     * @throws FarthingError for any other response, such as `insufficient_credits`
     */
    fetch: (url: string | URL, init: OwnRequest = {}) => fetchOwn(connection, url, init),
    /** Reads any route of the API, such as `/bookings`. */
    read,
    /**
     * Calls any route of the API that changes something. All attempts have the same
     * Idempotency-Key.
     */
    change,
    /** Reads one page of any list that the API returns. */
    page,
    /** Iterates over all items of any list that the API returns. */
    each,
    csv: csvOf(api),
  };
}
