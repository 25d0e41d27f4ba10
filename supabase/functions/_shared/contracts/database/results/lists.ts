/**
 * Results of the database functions for operators' lists: disputes, payouts, notifications, proofs
 * and welcome credits.
 */
import type { Dispute } from "../../disputes.ts";
import type { Mismatch } from "../../mismatches.ts";
import type { ListedNotification, RetriedNotifications } from "../../notifications.ts";
import type { Payout, PayoutWithLines } from "../../payouts.ts";
import type { Proof, ProofWithViolations } from "../../proofs.ts";
import type { RetriedWelcome, WelcomeGrant } from "../../welcome.ts";
import type { Of, Page, Stored } from "./shapes.ts";

export interface ListResults {
  disputes_list: Page<"disputes", Of<typeof Dispute>>;
  disputes_read: Of<typeof Dispute>;
  mismatches_list: Page<"mismatches", Of<typeof Mismatch>>;
  /** Resolves an open mismatch, and stores the reason in the audit. */
  mismatches_resolve: Stored<Of<typeof Mismatch>>;
  notifications_list: Page<"notifications", Of<typeof ListedNotification>>;
  /**
   * Queues a dead-lettered notification again. With `p_even_if_sent`, also accepts an `uncertain`
   * notification. Stores the reason in the audit.
   */
  notifications_retry: Stored<Of<typeof ListedNotification>>;
  notifications_retry_dead: Stored<Of<typeof RetriedNotifications>>;
  payouts_list: Page<"payouts", Of<typeof Payout>>;
  payouts_read: Of<typeof PayoutWithLines>;
  proofs_list: Page<"proofs", Of<typeof Proof>>;
  proofs_read: Of<typeof ProofWithViolations>;
  welcome_list: Page<"welcome_grants", Of<typeof WelcomeGrant>>;
  /** Queues a refused request for welcome credits again, and stores the reason in the audit. */
  welcome_retry: Stored<Of<typeof WelcomeGrant>>;
  welcome_retry_refused: Stored<Of<typeof RetriedWelcome>>;
}
