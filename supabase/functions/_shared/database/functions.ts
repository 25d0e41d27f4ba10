/**
 * The database functions that the doors call: arguments and results, by name. Amounts, sequence
 * numbers and prices are strings on both sides, so no JavaScript number ever carries one.
 */
import type { z } from "@hono/zod-openapi";
import type * as checkout from "../contracts/checkout.ts";
import type * as credits from "../contracts/credits.ts";
import type * as holds from "../contracts/holds.ts";
import type * as usage from "../contracts/usage.ts";
import type { ErrorBody } from "../http/errors.ts";
import type { AlertFunctions } from "./alert-functions.ts";
import type { BookingFunctions } from "./booking-functions.ts";
import type { ChatFunctions } from "./chat-functions.ts";
import type { FeatureFunctions } from "./feature-functions.ts";
import type { FraudFunctions } from "./fraud-functions.ts";
import type { InboxFunctions } from "./inbox-functions.ts";
import type { JobFunctions } from "./job-functions.ts";
import type { NoticeFunctions } from "./notice-functions.ts";
import type { PayoutFunctions } from "./payout-functions.ts";
import type { MetricFunctions } from "./metric-functions.ts";
import type { ProviderFunctions } from "./provider-functions.ts";
import type { RefundFunctions } from "./refund-functions.ts";
import type { TransferFunctions } from "./transfer-functions.ts";
import type { TopUpFunctions } from "./top-up-functions.ts";

/** What an idempotent function answers. From status 400 on, `data` is the stored `error` object. */
export interface Stored<T> {
  status: number;
  replayed: boolean;
  data: T | ErrorBody;
}

export interface Once {
  p_idempotency_key: string;
  p_fingerprint: string;
}

export type Optional<T> = T | null | undefined;
export type Json = unknown;
type Of<S extends z.ZodType> = z.output<S>;

/** What Stripe needs to know of an order; the session is derived from this alone. */
export interface CheckoutOrder {
  order_id: string;
  package_id: string;
  package_name: string;
  amount: number;
  currency: string;
  total_credits: string;
  success_url: string;
  cancel_url: string;
  /** RFC 3339 and the same in seconds since 1970. */
  expires_at: string;
  expires_at_epoch: number;
  client_temp_id: string | null;
  /** Written upon the session and its payment. */
  mark: string;
}

/**
 * The next step of a checkout: answer with what is stored, make the session at Stripe, or refuse.
 * `retry_after` in seconds.
 */
export type CheckoutStep =
  | { step: "replay" | "reuse"; status: number; data: Of<typeof checkout.Checkout> | ErrorBody }
  | { step: "refused"; code: "velocity_exceeded" | "forbidden"; retry_after: number | null }
  | { step: "create"; order: CheckoutOrder };

interface EntriesArgs {
  p_user_id: string;
  p_kind: Optional<string>;
  p_from: Optional<string>;
  p_to: Optional<string>;
  p_before_seq: Optional<string>;
  p_limit: number;
  /** Which operator, key, event or task it was; without, the kind of author alone. */
  p_with_names: boolean;
}

interface EntriesPage {
  entries: Of<typeof credits.Entry>[];
  next_before: string | null;
}

interface GrantArgs extends Once {
  p_user_id: string;
  p_amount: string;
  p_source: string;
  p_expires_at: Optional<string>;
  p_priority: Optional<number>;
  p_reason: string;
  p_correlation_id: string;
  p_reference_id?: Optional<string>;
  p_once?: Optional<boolean>;
}

interface DecideArgs extends Once {
  p_grant_id: string;
  /** False declines. */
  p_confirm: boolean;
}

interface GrantsArgs {
  p_status: Optional<string>;
  p_before: Optional<string>;
  p_limit: number;
}

type RecordedGrant = Of<typeof credits.RecordedGrant>;

interface DebitArgs extends Once {
  p_user_id: string;
  p_amount: string;
  p_reason: string;
  p_reference_id: Optional<string>;
  p_correlation_id: string;
  p_once?: Optional<boolean>;
}

interface HoldArgs extends Once {
  p_user_id: string;
  p_amount: Optional<string>;
  p_estimate: Json;
  p_ttl_seconds: Optional<number>;
  p_reason: Optional<string>;
  p_correlation_id: string;
}

interface SettleArgs extends Once {
  p_hold_id: string;
  p_amount: Optional<string>;
  p_usage: Json;
  p_correlation_id: string;
}

interface ReleaseArgs extends Once {
  p_hold_id: string;
  p_correlation_id: string;
}

interface ChargeArgs extends Once {
  p_user_id: string;
  p_usage: Json;
  p_correlation_id: string;
}

interface BatchArgs extends Once {
  p_events: Json;
  p_correlation_id: string;
}

interface BeginArgs extends Once {
  p_user_id: string;
  p_package_id: string;
  p_success_url: string;
  p_cancel_url: string;
  p_client_temp_id: Optional<string>;
  p_ip_hash: Optional<string>;
}

interface AttachArgs {
  p_order_id: string;
  p_session_id: string;
  p_session_url: string;
  p_idempotency_key: string;
}

interface OrdersPage {
  orders: Of<typeof checkout.Order>[];
  next_before: string | null;
}

export interface Fn<A, R> {
  args: A;
  result: R;
}

export interface DoorFunctions
  extends
    AlertFunctions,
    JobFunctions,
    ChatFunctions,
    FeatureFunctions,
    FraudFunctions,
    RefundFunctions,
    TransferFunctions,
    TopUpFunctions,
    InboxFunctions,
    MetricFunctions,
    NoticeFunctions,
    ProviderFunctions,
    PayoutFunctions,
    BookingFunctions {
  credits_balance: Fn<
    { p_user_id: string; p_at: Optional<string> },
    Of<typeof credits.Balance>
  >;
  credits_entries: Fn<EntriesArgs, EntriesPage>;
  /** 202: the grant waits for a second operator. */
  credits_grant: Fn<GrantArgs, Stored<Of<typeof credits.Grant> | RecordedGrant>>;
  grants_decide: Fn<DecideArgs, Stored<RecordedGrant>>;
  grants_read: Fn<{ p_grant_id: string }, RecordedGrant>;
  grants_list: Fn<GrantsArgs, { grants: RecordedGrant[]; next_before: string | null }>;
  credits_debit: Fn<DebitArgs, Stored<Of<typeof credits.Debit>>>;
  holds_open: Fn<HoldArgs, Stored<Of<typeof holds.OpenedHold>>>;
  /** `p_user_id` null reads any user's hold. */
  holds_read: Fn<{ p_hold_id: string; p_user_id: Optional<string> }, Of<typeof holds.Hold>>;
  holds_settle: Fn<SettleArgs, Stored<Of<typeof holds.SettledHold>>>;
  holds_release: Fn<ReleaseArgs, Stored<Of<typeof holds.ReleasedHold>>>;
  usage_rates: Fn<Record<never, never>, Of<typeof usage.Rate>[]>;
  usage_estimate: Fn<{ p_usage: Json }, Of<typeof usage.Estimate>>;
  usage_charge: Fn<ChargeArgs, Stored<Of<typeof usage.Charge>>>;
  usage_charge_batch: Fn<BatchArgs, Stored<Of<typeof usage.BatchResult>>>;
  checkout_packages: Fn<Record<never, never>, Of<typeof checkout.Package>[]>;
  checkout_begin: Fn<BeginArgs, CheckoutStep>;
  /** Finishes the idempotency key and stores the answer. */
  checkout_attach: Fn<AttachArgs, { status: number; data: Of<typeof checkout.Checkout> }>;
  /** Frees the key after a failed call to Stripe, and gives up the order where one is named. */
  checkout_abandon: Fn<
    { p_idempotency_key: string; p_order_id: Optional<string> },
    unknown
  >;
  checkout_orders: Fn<
    { p_user_id: string; p_before: Optional<string>; p_limit: number },
    OrdersPage
  >;
  checkout_order: Fn<{ p_user_id: string; p_order_id: string }, Of<typeof checkout.Order>>;
  /** Keeps a refusal that the request itself caused, so that a repeat is answered the same. */
  idempotency_store: Fn<Once & { p_status: number; p_data: ErrorBody }, unknown>;
  /** Fails mode_mismatch where the database has taken events of the other mode. */
  mode_check: Fn<{ p_livemode: boolean }, { livemode: boolean | null }>;
  health_database: Fn<Record<never, never>, { ok: true; at: string; runs_tasks: boolean }>;
}

export type FunctionName = keyof DoorFunctions;
export type ArgsOf<N extends FunctionName> = DoorFunctions[N]["args"];
export type ResultOf<N extends FunctionName> = DoorFunctions[N]["result"];

/** The functions that take an idempotency key. */
export type OnceName = {
  [N in FunctionName]: ResultOf<N> extends Stored<infer _> ? N : never;
}[FunctionName];

/** What `OnceName` functions store on success. */
export type StoredDataOf<N extends OnceName> = ResultOf<N> extends Stored<infer T> ? T : never;
