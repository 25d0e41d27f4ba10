/** Stripe's statuses, by how far along they are: what is older never moves anything back. */

const DISPUTE_RANKS = {
  warning_needs_response: 0,
  warning_under_review: 1,
  warning_closed: 2,
  needs_response: 3,
  under_review: 4,
  won: 5,
  lost: 5,
  prevented: 5,
} as const;

const REFUND_RANKS = {
  pending: 0,
  requires_action: 0,
  succeeded: 1,
  failed: 2,
  canceled: 2,
} as const;

export type DisputeStatus = keyof typeof DISPUTE_RANKS;
export type RefundStatus = keyof typeof REFUND_RANKS;

/** Whether a status told now, of a moment in Stripe's time, replaces the one that is known. */
export function replacesDispute(
  known: { status: DisputeStatus; at: number },
  told: { status: DisputeStatus; at: number },
): boolean {
  const ahead = DISPUTE_RANKS[told.status] - DISPUTE_RANKS[known.status];
  return ahead > 0 || (ahead === 0 && told.at > known.at);
}

export function replacesRefund(known: RefundStatus, told: RefundStatus): boolean {
  return REFUND_RANKS[told] > REFUND_RANKS[known];
}

/** An inquiry asks for no money; nor does a dispute that is over. */
export function isOpen(status: DisputeStatus): boolean {
  return status === "needs_response" || status === "under_review";
}

/** Its amount is on the way back to the buyer, or there. */
export function isLive(status: RefundStatus): boolean {
  return REFUND_RANKS[status] < 2;
}
