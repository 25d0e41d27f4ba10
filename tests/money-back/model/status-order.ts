/** Stripe's statuses, and which of two reported statuses counts. */

/** The order of statuses for events of the same second. */
const DISPUTE_RANKS = {
  warning_needs_response: 0,
  warning_under_review: 1,
  warning_closed: 2,
  needs_response: 3,
  under_review: 4,
  /** A status that the ledger does not know. */
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
  /** A status that the ledger does not know. */
  held_up: 1,
  succeeded: 2,
  failed: 3,
  canceled: 3,
} as const;

export type DisputeStatus = keyof typeof DISPUTE_RANKS;
export type RefundStatus = keyof typeof REFUND_RANKS;

interface Told {
  status: DisputeStatus;
  /** The second of the event at Stripe. */
  at: number;
  /** The number of balance transactions in the event. */
  moves: number;
}

/**
 * The later event counts. Of two events in one second, the event with more balance transactions
 * counts, then the event with the higher rank.
 */
export function replacesDispute(known: Told, told: Told): boolean {
  if (told.at !== known.at) return told.at > known.at;
  if (told.moves !== known.moves) return told.moves > known.moves;
  return DISPUTE_RANKS[told.status] > DISPUTE_RANKS[known.status];
}

export function replacesRefund(known: RefundStatus, told: RefundStatus): boolean {
  return REFUND_RANKS[told] > REFUND_RANKS[known];
}

/**
 * True if a bank has not decided yet, or if the ledger does not know the status. An inquiry claims
 * no money.
 */
export function isOpen(status: DisputeStatus): boolean {
  const isOver = status === "won" || status === "lost" || status === "prevented";
  return !isOver && !status.startsWith("warning_");
}

/** True if the refund's amount has gone to the buyer or is on its way. */
export function isLive(status: RefundStatus): boolean {
  return REFUND_RANKS[status] < 3;
}
