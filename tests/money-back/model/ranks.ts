/** Stripe's statuses, and which of two that were told holds. */

/** For events of one second: how far along each is. */
const DISPUTE_RANKS = {
  warning_needs_response: 0,
  warning_under_review: 1,
  warning_closed: 2,
  needs_response: 3,
  under_review: 4,
  /** One that nobody knows. */
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
  /** One that nobody knows. */
  held_up: 1,
  succeeded: 2,
  failed: 3,
  canceled: 3,
} as const;

export type DisputeStatus = keyof typeof DISPUTE_RANKS;
export type RefundStatus = keyof typeof REFUND_RANKS;

interface Told {
  status: DisputeStatus;
  /** When Stripe says that it was so. */
  at: number;
  /** How many movements of money it knows of. */
  moves: number;
}

/** What was later at Stripe holds; within a second what knows of more money, then what follows. */
export function replacesDispute(known: Told, told: Told): boolean {
  if (told.at !== known.at) return told.at > known.at;
  if (told.moves !== known.moves) return told.moves > known.moves;
  return DISPUTE_RANKS[told.status] > DISPUTE_RANKS[known.status];
}

export function replacesRefund(known: RefundStatus, told: RefundStatus): boolean {
  return REFUND_RANKS[told] > REFUND_RANKS[known];
}

/** A bank has yet to decide, or nobody knows what it does. An inquiry asks for no money. */
export function isOpen(status: DisputeStatus): boolean {
  const isOver = status === "won" || status === "lost" || status === "prevented";
  return !isOver && !status.startsWith("warning_");
}

/** Its amount is on the way back to the buyer, or there. */
export function isLive(status: RefundStatus): boolean {
  return REFUND_RANKS[status] < 3;
}
