/**
 * The contract of each database function that an endpoint calls. The arguments are generated from
 * the database; the results are declared in results/. Amounts, sequence numbers and prices are
 * strings in both directions, so they never become JavaScript numbers, which would lose digits.
 */
import type { Database, Json } from "../../generated/database.types.ts";
import type { RefinedArguments } from "./arguments.ts";
import type { BookingResults, TransferResults } from "./results/bookings.ts";
import type { ChatResults } from "./results/chats.ts";
import type { CheckoutResults } from "./results/checkout.ts";
import type { CreditResults } from "./results/credits.ts";
import type { CustomerResults } from "./results/customers.ts";
import type { Stored } from "./results/shapes.ts";
import type { InboxResults } from "./results/inbox.ts";
import type { JobResults } from "./results/jobs.ts";
import type { ListResults } from "./results/lists.ts";
import type { MetricResults } from "./results/metrics.ts";
import type { NotificationResults } from "./results/notifications.ts";
import type { AlertResults, FeatureResults, FraudResults } from "./results/operators.ts";
import type { PayoutResults } from "./results/payouts.ts";
import type { ProviderResults } from "./results/providers.ts";
import type { RefundResults } from "./results/refunds.ts";
import type { ReportResults } from "./results/reports.ts";
import type { SettingResults } from "./results/settings.ts";
import type { TopUpResults } from "./results/top-ups.ts";

export interface Results
  extends
    AlertResults,
    BookingResults,
    ChatResults,
    CheckoutResults,
    CreditResults,
    CustomerResults,
    FeatureResults,
    FraudResults,
    InboxResults,
    JobResults,
    ListResults,
    MetricResults,
    NotificationResults,
    PayoutResults,
    ProviderResults,
    RefundResults,
    ReportResults,
    SettingResults,
    TopUpResults,
    TransferResults {
  /**
   * Stores the error with which a request was refused, so that a repeated request gets the same
   * response.
   */
  idempotency_store: unknown;
  /**
   * Fails with `mode_mismatch` if the database is in the other Stripe mode (test or live).
   * `livemode` is null before the first event.
   */
  mode_check: { livemode: boolean | null };
  /** Fails with `mfa_required` if the policy requires a second factor from operators. */
  mfa_check: unknown;
  /** Records a fault in the Stripe account's setup, so that an alert reports it. */
  stripe_faults_report: unknown;
  health_database: { ok: true; at: string; runs_tasks: boolean };
}

export type Sql = Database["farthing_public"]["Functions"];

/** The database functions that can be called: each has a result type here and exists in SQL. */
export type FunctionName = keyof Results & keyof Sql;
export type ResultOf<N extends FunctionName> = Results[N];

/** The arguments that no handler sends: add-author.ts adds `p_author`, and SQL sets `p_now`. */
type Added = "p_author" | "p_now";
/**
 * These arguments have defaults in SQL, but are required here, because every request has a value
 * for them.
 */
type OfRequest = "p_idempotency_key" | "p_fingerprint" | "p_correlation_id";
type Refined<N> = N extends keyof RefinedArguments ? RefinedArguments[N] : unknown;

type ArgOf<N, K, T> = K extends keyof Refined<N> ? Refined<N>[K]
  : K extends OfRequest ? NonNullable<T>
  // JSON is passed as an object or a list, because a string would be parsed as JSON text.
  : Json extends T ? object | Extract<T, undefined>
  : T;

type Passed<N, A> = { [K in Exclude<keyof A, Added>]: ArgOf<N, K, A[K]> };

/**
 * The arguments of a database function. A call must list every argument, so that the compiler finds
 * a missing or misspelt argument. An undefined argument is not sent, and SQL uses its default. A
 * null is sent as NULL, and is allowed only where arguments.ts gives its meaning.
 */
export type ArgsOf<N extends FunctionName> = Passed<N, Sql[N]["Args"]>;

/**
 * The database functions that return `Stored`. One call of such a function does the work, and also
 * stores the response under the idempotency key.
 */
export type IdempotentName = {
  [N in FunctionName]: ResultOf<N> extends Stored<infer _> ? N : never;
}[FunctionName];

/** The data that an idempotent function stores on success. */
export type StoredDataOf<N extends IdempotentName> = ResultOf<N> extends Stored<infer T> ? T
  : never;
