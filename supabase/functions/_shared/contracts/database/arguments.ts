/**
 * The facts about arguments that generated types can't express: which JSON, which texts, what a null means,
 * and that a bigint is passed as text, which loses no digit.
 */
import type { ErrorBody } from "../../core/errors.ts";
import type { AccountFacts } from "../stripe/facts.ts";
import type { PayoutTransaction } from "../stripe/payout-transaction.ts";
import type { Answer } from "./results/chats.ts";
import type { InboxEvent } from "./results/inbox.ts";
import type { NotSentOutcome } from "./results/notifications.ts";
import type { FeatureSetting } from "./results/operators.ts";

export type MailService = "postmark" | "resend";

/** As metrics_record() takes it. */
export interface MetricRow {
  readonly name: string;
  /** `rule=user,outcome=blocked`, in the catalogue's order. */
  readonly labels: string;
  readonly count: number;
  readonly sum_ms?: number;
  readonly buckets?: readonly number[];
}

export interface RefinedArguments {
  bookings_advance: { p_status: "confirmed" | "completed" };
  chats_settle: {
    p_answer: Pick<Answer, "message" | "finish_reason">;
    /** Token counts in disjoint kinds. Null: the provider's are not known, and the most is charged. */
    p_usage: object | null;
  };
  credits_entries: { p_before_seq: string | undefined };
  /** The service's own figures, by the name of the series behind the check's. */
  deep_checks_report: { p_figures: Readonly<Record<string, number>> };
  features_set: { p_state: FeatureSetting["state"] };
  idempotency_store: { p_data: ErrorBody };
  inbox_missing: { p_event_ids: readonly string[] };
  inbox_receive: { p_event: InboxEvent };
  /** Null: of any user. */
  jobs_cancel: { p_user_id: string | null };
  jobs_checkpoint: {
    /** A list around the output: alone, an output that is a text would be read as JSON itself. */
    p_output: readonly [unknown];
  };
  jobs_claim: { p_types: readonly string[] };
  jobs_complete: { p_done: readonly { job_id: string; token: number; result: unknown }[] };
  /** As the schema of the job's type has checked it. */
  jobs_create: { p_input: unknown };
  /** Null: of any user. */
  jobs_pages: { p_user_id: string | null };
  /** Null: of any user. */
  jobs_read: { p_user_id: string | null };
  metrics_record: { p_rows: readonly MetricRow[] };
  /** Without: nothing but what goes by webhook. */
  notices_claim: { p_mail: MailService | undefined };
  notices_failed: { p_outcome: NotSentOutcome };
  payouts_record: { p_transactions: readonly PayoutTransaction[] };
  providers_compare: { p_accounts: readonly AccountFacts[] };
  /** Without: no request waits for this refund. */
  refunds_postpone: { p_idempotency_key: string | undefined };
  /** Without: no request waits for this refund. */
  refunds_refuse: { p_idempotency_key: string | undefined };
  /** Null: no cap. */
  spend_caps_set: { p_daily: string | null };
  top_ups_report: {
    p_outcome: "accepted" | "declined" | "card_gone" | "authentication" | "unknown";
  };
}
