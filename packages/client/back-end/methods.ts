/** The methods that a back end calls with the secret key. */
import type {
  DebitRequest,
  Grant,
  GrantPreview,
  GrantRequest,
  JobRequest,
  Lot,
  OpenedHold,
  Refund,
  RefundPreview,
  RefundRequest,
  SpendCap,
  SpendCapPreview,
  SpendCapRequest,
} from "../generated/api.ts";
import type { Api, Body, Changed } from "../core/api.ts";
import type { CurrentBalance } from "../core/balance.ts";
import type { CallOptions } from "../core/send.ts";
import { csvOf } from "../helpers/csv.ts";
import { entries, entriesCsv, type EntriesFilter } from "../helpers/entries.ts";
import { type HoldTerms, withHold, type Work } from "./hold.ts";
import { respond, type Users } from "./respond.ts";

type Reading = Pick<CallOptions, "signal" | "timeoutMs">;

/** A function whose request may ask for a dry run. Only a dry run returns a `Preview`. */
interface WithDryRun<Request, Done, Preview> {
  (body: Request & { dry_run: true }, options?: CallOptions): Promise<Changed<Preview>>;
  (body: Request & { dry_run?: false }, options?: CallOptions): Promise<Changed<Done>>;
}

/** A caller with a secret key must name the user on whom it imposes a spend cap. */
type CapOfUser = SpendCapRequest & { user_id: string };

/** A caller with a secret key must name the user whose entries it reads. */
type OfUser = EntriesFilter & { user_id: string };

function creditsOf(api: Api) {
  return {
    /** Reads a user's balance. */
    get: (userId: string, options: Reading = {}) =>
      api.read("/credits", { query: { user_id: userId } }, options) as Promise<CurrentBalance>,
    entries: (filter: OfUser, options: Reading = {}) => entries(api, filter, options),
    entriesCsv: (filter: OfUser, options: Reading = {}) => entriesCsv(api, filter, options),
    debit: (body: DebitRequest, options: CallOptions = {}) =>
      api.change("post", "/credits/debits", { body }, options),
    grant:
      ((body: GrantRequest, options: CallOptions = {}) =>
        api.change("post", "/credits/grants", { body }, options)) as WithDryRun<
          GrantRequest,
          Lot | Grant,
          GrantPreview
        >,
    /** Reads a user's daily spend caps, and the credits that were spent today. */
    spendCap: (userId: string, options: Reading = {}) =>
      api.read("/credits/spend-cap", { query: { user_id: userId } }, options),
    /**
     * Imposes a daily spend cap on a user. The user can't lift this cap; `daily: null` removes it.
     */
    imposeSpendCap:
      ((body: CapOfUser, options: CallOptions = {}) =>
        api.change("post", "/credits/spend-cap", { body }, options)) as WithDryRun<
          CapOfUser,
          SpendCap,
          SpendCapPreview
        >,
  };
}

function holdsOf(api: Api) {
  return {
    open: (body: Body<"/credits/holds">, options: CallOptions = {}) =>
      api.change("post", "/credits/holds", { body }, options),
    get: (id: string, options: Reading = {}) =>
      api.read("/credits/holds/{id}", { path: { id } }, options),
    settle: (id: string, body: Body<"/credits/holds/{id}/settle">, options: CallOptions = {}) =>
      api.change("post", "/credits/holds/{id}/settle", { path: { id }, body }, options),
    release: (id: string, options: CallOptions = {}) =>
      api.change("post", "/credits/holds/{id}/release", { path: { id }, body: {} }, options),
  };
}

/**
 * @returns an object with a function for each route that a back end calls; all functions use the
 *   same connection
 */
export function farthingServerOf(api: Api, users: Users) {
  const { read, change, page, each } = api;
  return {
    credits: creditsOf(api),
    holds: holdsOf(api),
    /** Charges one use of a model. */
    usage: (body: Body<"/usage">, options: CallOptions = {}) =>
      change("post", "/usage", { body }, options),
    /**
     * Charges up to 1,000 uses of models. Each is charged or refused independently of the others.
     */
    usageBatch: (body: Body<"/usage/batch">, options: CallOptions = {}) =>
      change("post", "/usage/batch", { body }, options),
    startJob: (body: JobRequest & { user_id: string }, options: CallOptions = {}) =>
      change("post", "/jobs", { body }, options),
    refund:
      ((body: RefundRequest, options: CallOptions = {}) =>
        change("post", "/refunds", { body }, options)) as WithDryRun<
          RefundRequest,
          Refund,
          RefundPreview
        >,
    /** Holds credits, does the work, and settles the hold with what the work cost. */
    withHold: <Value>(
      terms: HoldTerms,
      work: (hold: OpenedHold) => Promise<Work<Value>>,
      options: CallOptions = {},
    ) => withHold(api, terms, work, options),
    /**
     * Answers a request that a web page sends with `farthing.fetch`. Checks the user's token, and
     * does the work for this user. Sends the work's result as JSON. If the result is a `Response`,
     * sends it unchanged.
     * @throws any error of the work that is not a `FarthingError`, and the error that says that
     *   Farthing refused the secret key; the framework then logs the error
     */
    respond: (request: Request, work: (userId: string) => Promise<unknown>) =>
      respond(users, request, work),
    /** Reads any route of the API, such as `/reports/revenue`. */
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
    /** Reads all rows of a report, or of a user's ledger entries, as a CSV file. */
    csv: csvOf(api),
  };
}
