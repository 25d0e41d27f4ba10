/** The routes of a signed-in user, by name. */
import type { ChatRequest, Checkout, CheckoutRequest, JobRequest } from "../generated/api.ts";
import type { Api, Changed, Input, PathOf } from "../core/api.ts";
import type { CurrentBalance } from "../core/balance.ts";
import type { CallOptions } from "../core/send.ts";
import { entries, entriesCsv, type EntriesFilter } from "../helpers/entries-csv.ts";
import { ChatStream } from "./chat-stream.ts";
import { followJob, waitForJob, type WaitForJobOptions } from "./jobs.ts";
import { waitForOrder, type WaitForOrderOptions } from "./orders.ts";

type Reading = Pick<CallOptions, "signal" | "timeoutMs">;
type Body<P extends PathOf<"post">> = Input<"post", P>["body"];

/** The service gives an answer that is not streamed 100 seconds. */
const ANSWER_MS = 120_000;

export interface BuyOptions extends CallOptions {
  /** Where the buyer returns; `{ORDER_ID}` in it becomes the order's id. */
  readonly successUrl?: string | undefined;
  readonly cancelUrl?: string | undefined;
  readonly currency?: string | undefined;
  readonly clientTempId?: string | undefined;
}

/** Omits the fields that are undefined: the service refuses a null. */
function given<T extends object>(fields: { [Key in keyof T]: T[Key] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

function creditsOf(api: Api) {
  return {
    /** Reads the balance of this moment. */
    get: (options: Reading = {}) => api.read("/credits", {}, options) as Promise<CurrentBalance>,
    /** Reads the balance of a past moment. */
    at: (moment: string, options: Reading = {}) =>
      api.read("/credits", { query: { at: moment } }, options),
    /** Iterates over the ledger's entries, the newest first. */
    entries: (filter: EntriesFilter = {}, options: Reading = {}) => entries(api, filter, options),
    /** Returns the entries as CSV. */
    entriesCsv: (filter: EntriesFilter = {}, options: Reading = {}) =>
      entriesCsv(api, filter, options),
    spendCap: (options: Reading = {}) => api.read("/credits/spend-cap", {}, options),
    setSpendCap: (body: Body<"/credits/spend-cap">, options: CallOptions = {}) =>
      api.change("post", "/credits/spend-cap", { body }, options),
  };
}

function jobsOf(api: Api) {
  return {
    start: (body: JobRequest, options: CallOptions = {}) =>
      api.change("post", "/jobs", { body }, options),
    research: (query: string, options: CallOptions = {}) =>
      api.change("post", "/ai/research", { body: { query } }, options),
    get: (id: string, options: Reading = {}) => api.read("/jobs/{id}", { path: { id } }, options),
    list: (query: Input<"get", "/jobs">["query"] = {}, options: Reading = {}) =>
      api.page("/jobs", { query }, options),
    /** A running step is finished and paid; no other begins. */
    cancel: (id: string, options: CallOptions = {}) =>
      api.change("delete", "/jobs/{id}", { path: { id } }, options),
    /** Iterates over a job's states until it has ended; leaving the loop stops the polling. */
    follow: (id: string, options: Pick<CallOptions, "signal"> = {}) => followJob(api, id, options),
    /** Returns the job when it has ended. */
    wait: (id: string, options: WaitForJobOptions = {}) => waitForJob(api, id, options),
    /** Returns the file of a job such as `ledger_export`. */
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
    removeCard: (options: CallOptions = {}) => api.change("delete", "/top-ups/card", {}, options),
  };
}

/** @returns the routes of users, by name, on one connection */
export function farthingOf(api: Api) {
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
     * Opens a checkout of a package, by its slug or id. Send the buyer to the `checkout_url` that it
     * returns.
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
    /** Returns the order when it is paid, failed or expired, with the balance after that. */
    waitForOrder: (id: string, options: WaitForOrderOptions = {}) => waitForOrder(api, id, options),
    chat: {
      /** Returns a whole answer, within two minutes by default. */
      create: (request: ChatRequest & { stream?: false }, options: CallOptions = {}) =>
        change("post", "/ai/chat", { body: request }, { timeoutMs: ANSWER_MS, ...options }),
      /** Returns an answer that is read piece by piece. Nothing is sent before it is read. */
      stream: (request: Omit<ChatRequest, "stream">, options: CallOptions = {}) =>
        new ChatStream(api, request, options),
    },
    /** Reads any route of the contract, such as `/bookings`. */
    read,
    /** Calls any route of the contract that changes something, under one Idempotency-Key. */
    change,
    /** Reads a page of any list. */
    page,
    /** Iterates over all items of any list. */
    each,
  };
}
