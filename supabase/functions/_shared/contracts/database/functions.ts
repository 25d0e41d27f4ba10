/**
 * The contract of each database function that an endpoint calls: its arguments are SQL's own, generated
 * from the database, and its result is that of results/. Amounts, sequence numbers and prices are strings on
 * both sides, so no JavaScript number ever carries one.
 */
import type { Database, Json } from "../../generated/database.types.ts";
import type { RefinedArguments } from "./arguments.ts";
import type { BookingResults, TransferResults } from "./results/bookings.ts";
import type { ChatResults } from "./results/chats.ts";
import type { CheckoutResults } from "./results/checkout.ts";
import type { CreditResults } from "./results/credits.ts";
import type { Stored } from "./results/shapes.ts";
import type { InboxResults } from "./results/inbox.ts";
import type { JobResults } from "./results/jobs.ts";
import type { MetricResults } from "./results/metrics.ts";
import type { NotificationResults } from "./results/notifications.ts";
import type { AlertResults, FeatureResults, FraudResults } from "./results/operators.ts";
import type { PayoutResults } from "./results/payouts.ts";
import type { ProviderResults } from "./results/providers.ts";
import type { RefundResults } from "./results/refunds.ts";
import type { TopUpResults } from "./results/top-ups.ts";

export interface Results
  extends
    AlertResults,
    BookingResults,
    ChatResults,
    CheckoutResults,
    CreditResults,
    FeatureResults,
    FraudResults,
    InboxResults,
    JobResults,
    MetricResults,
    NotificationResults,
    PayoutResults,
    ProviderResults,
    RefundResults,
    TopUpResults,
    TransferResults {
  /** Keeps a refusal that the request itself caused, so that a repeat is answered the same. */
  idempotency_store: unknown;
  /** Fails mode_mismatch where the database has taken events of the other mode. */
  mode_check: { livemode: boolean | null };
  health_database: { ok: true; at: string; runs_tasks: boolean };
}

export type Sql = Database["farthing_public"]["Functions"];

/** A result for a function that SQL does not have gives no name to call it by. */
export type FunctionName = keyof Results & keyof Sql;
export type ResultOf<N extends FunctionName> = Results[N];

/** authored.ts adds the author; the time is the database's own. */
type Added = "p_author" | "p_now";
/** Optional in SQL, and part of each request. */
type OfRequest = "p_idempotency_key" | "p_fingerprint" | "p_correlation_id";
type Refined<N> = N extends keyof RefinedArguments ? RefinedArguments[N] : unknown;

type ArgOf<N, K, T> = K extends keyof Refined<N> ? Refined<N>[K]
  : K extends OfRequest ? NonNullable<T>
  // An object or a list: a text would be parsed as JSON.
  : Json extends T ? object | Extract<T, undefined>
  : T;

type Passed<N, A> = { [K in Exclude<keyof A, Added>]: ArgOf<N, K, A[K]> };

/**
 * Every argument is written at the call, so that none can be forgotten or misspelt. One with a default in SQL
 * may be undefined: then it is not sent, and SQL takes its default. A null is sent as NULL, never as the
 * default, and is allowed only where arguments.ts says what it means.
 */
export type ArgsOf<N extends FunctionName> = Passed<N, Sql[N]["Args"]>;

/** The functions that take an idempotency key. */
export type IdempotentName = {
  [N in FunctionName]: ResultOf<N> extends Stored<infer _> ? N : never;
}[FunctionName];

/** The data that an idempotent function stores on success. */
export type StoredDataOf<N extends IdempotentName> = ResultOf<N> extends Stored<infer T> ? T
  : never;
