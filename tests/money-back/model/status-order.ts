/** Stripe's statuses, and the rule that decides which of two reported statuses applies. */

/** If two events were created in the same second, the status with the higher rank applies. */
const DISPUTE_RANKS = {
  warning_needs_response: 0,
  warning_under_review: 1,
  warning_closed: 2,
  needs_response: 3,
  under_review: 4,
  /** Stands for any status that the ledger does not know. */
  pre_arbitration: 5,
  won: 6,
  lost: 6,
  prevented: 6,
  appeal_needs_response: 7,
  appeal_under_review: 8,
} as const;

const REFUND_RANKS = {
  pending: 0,
  requires_action: 1,
  /** Stands for any status that the ledger does not know. */
  held_up: 1,
  succeeded: 2,
  failed: 3,
  canceled: 3,
} as const;

export type DisputeStatus = keyof typeof DISPUTE_RANKS;
export type RefundStatus = keyof typeof REFUND_RANKS;

interface Report {
  status: DisputeStatus;
  /** The second in which Stripe created the event. */
  at: number;
  /** The number of balance transactions in the event. */
  moves: number;
}

/**
 * Returns true if the reported status replaces the known one. The status of the later event
 * applies. If both events were created in the same second, the event with more balance transactions
 * applies. If they have equally many, the status with the higher rank applies.
 */
export function replacesDispute(known: Report, reported: Report): boolean {
  if (reported.at !== known.at) return reported.at > known.at;
  if (reported.moves !== known.moves) return reported.moves > known.moves;
  return DISPUTE_RANKS[reported.status] > DISPUTE_RANKS[known.status];
}

export function replacesRefund(known: RefundStatus, reported: RefundStatus): boolean {
  return REFUND_RANKS[reported] > REFUND_RANKS[known];
}

/**
 * True if the bank has not decided yet, or if the ledger does not know the status. False for an inquiry,
 * because an inquiry claims no money.
 */
export function isOpen(status: DisputeStatus): boolean {
  const isOver = status === "won" || status === "lost" || status === "prevented";
  return !isOver && !status.startsWith("warning_");
}

/** True if the refund's amount has been paid to the buyer or is on its way. */
export function isLive(status: RefundStatus): boolean {
  return REFUND_RANKS[status] < 3;
}
