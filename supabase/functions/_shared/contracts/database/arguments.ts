/**
 * Refines the generated types of arguments: the shape of JSON, the allowed texts, and the meaning
 * of a null. A bigint is passed as text, which keeps every digit.
 */
import type { ErrorBody } from "../../core/errors.ts";
import type { AccountFacts } from "../stripe/event-facts.ts";
import type { BalanceTransaction } from "../stripe/balance-transaction.ts";
import type { Answer } from "./results/chats.ts";
import type { InboxEvent } from "./results/inbox.ts";
import type { NotSentOutcome } from "./results/notifications.ts";
import type { FeatureSetting } from "./results/operators.ts";

export type MailService = "postmark" | "resend";

/** A row that metrics_record() takes. */
export interface MetricRow {
  readonly name: string;
  /** Labels in the order of metrics/metrics.ts, for example `rule=user,outcome=blocked`. */
  readonly labels: string;
  readonly count: number;
  readonly sum_ms?: number;
  readonly buckets?: readonly number[];
}

export interface RefinedArguments {
  /** A null `p_user_id` means the booking of any user. */
  bookings_read: { p_user_id: string | null };
  bookings_advance: { p_status: "confirmed" | "completed" };
  /** A chat request from OpenAI's SDK may have no idempotency key. */
  chats_begin: { p_idempotency_key: string | undefined; p_fingerprint: string | undefined };
  chats_release: { p_idempotency_key: string | undefined };
  chats_settle: {
    p_idempotency_key: string | undefined;
    p_answer: Pick<Answer, "message" | "finish_reason">;
    /**
     * Token counts; each token is counted in one field only. Null if the provider's counts are
     * unknown: the chat is then charged the highest amount that it can have cost.
     */
    p_usage: object | null;
  };
  /** A null `p_customer_id` means that Stripe has detached the card. */
  cards_describe: { p_customer_id: string | null };
  stripe_faults_report: { p_fault: "key_refused" | "other_account" | "tax_not_set_up" };
  /** A null `p_user_id` means the order of any user. */
  checkout_order: { p_user_id: string | null };
  credits_entries: { p_before_seq: string | undefined };
  customers_reads: { p_before: string | undefined };
  /**
   * The statistics of the checked service. Each key is the name of a series without the service's
   * name: the key of the series `redis_evicted_keys` is `evicted_keys`.
   */
  deep_checks_report: { p_figures: Readonly<Record<string, number>> };
  features_set: { p_state: FeatureSetting["state"] };
  idempotency_store: { p_data: ErrorBody };
  inbox_missing: { p_event_ids: readonly string[] };
  inbox_receive: { p_event: InboxEvent };
  /** A null `p_user_id` means the job of any user. */
  jobs_cancel: { p_user_id: string | null };
  jobs_checkpoint: {
    /**
     * The step's output as the only item of a list. If the output were a string and not in a list,
     * SQL would parse the string as JSON text.
     */
    p_output: readonly [unknown];
  };
  jobs_claim: { p_types: readonly string[] };
  jobs_complete: { p_done: readonly { job_id: string; token: number; result: unknown }[] };
  /** The input that the job type's schema has validated. */
  jobs_create: { p_input: unknown };
  /** A null `p_user_id` means the job of any user. */
  jobs_pages: { p_user_id: string | null };
  /** A null `p_user_id` means the job of any user. */
  jobs_read: { p_user_id: string | null };
  /** A null `p_state` means both open and resolved mismatches. */
  mismatches_list: { p_state: "open" | "resolved" | null };
  metrics_record: { p_rows: readonly MetricRow[] };
  /** The sequence number of a run of the ledger's proof. */
  proofs_read: { p_run_nr: string };
  /** Without `p_mail` only notifications by webhook are claimed. */
  notifications_claim: { p_mail: MailService | undefined; p_languages: readonly string[] };
  notifications_failed: { p_outcome: NotSentOutcome };
  payouts_record: { p_transactions: readonly BalanceTransaction[] };
  balance_record: { p_transactions: readonly BalanceTransaction[] };
  providers_compare: { p_accounts: readonly AccountFacts[] };
  /** The runner leaves `p_idempotency_key` out, because no request waits for the refund. */
  refunds_postpone: { p_idempotency_key: string | undefined };
  /** The runner leaves `p_idempotency_key` out, because no request waits for the refund. */
  refunds_refuse: { p_idempotency_key: string | undefined };
  /** A null `p_daily` removes the cap. */
  spend_caps_set: { p_daily: string | null };
  spend_caps_preview: { p_daily: string | null };
  top_ups_report: {
    p_outcome: "accepted" | "declined" | "card_gone" | "authentication" | "unknown";
  };
  welcome_list: { p_before: string | undefined };
  /** The sequence number of a request for welcome credits. */
  welcome_retry: { p_request_nr: string };
}
