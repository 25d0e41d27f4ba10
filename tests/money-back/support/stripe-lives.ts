/** How a refund, a dispute or a warning may go at Stripe: its statuses, in Stripe's own order. */
import type { StripeStep } from "../model/steps.ts";
import type { DisputeStatus, RefundStatus } from "../model/ranks.ts";
import type { Terms } from "../model/order.ts";
import type { Random } from "./random.ts";

const REFUNDS: readonly (readonly RefundStatus[])[] = [
  ["succeeded"],
  ["pending", "succeeded"],
  ["pending"],
  ["pending", "failed"],
  ["succeeded", "failed"],
  ["pending", "succeeded", "failed"],
  ["requires_action", "canceled"],
  ["pending", "requires_action", "succeeded"],
  ["succeeded", "canceled", "failed"],
];

const DISPUTES: readonly (readonly DisputeStatus[])[] = [
  ["needs_response"],
  ["needs_response", "under_review", "lost"],
  ["needs_response", "lost"],
  ["needs_response", "under_review", "won"],
  ["needs_response", "under_review", "lost", "won"],
  ["needs_response", "won", "lost"],
  ["needs_response", "prevented"],
  ["warning_needs_response", "warning_under_review", "warning_closed"],
  ["warning_needs_response", "needs_response", "lost"],
  ["warning_needs_response", "warning_closed", "needs_response", "under_review", "won"],
];

/** What an event says beside its name and time. */
export type Said = StripeStep extends infer Each
  ? Each extends unknown ? Omit<Each, "event" | "at"> : never
  : never;

export function shareOf(random: Random, { amount }: Terms): number {
  const whole = Number(amount);
  return random.chance(0.4) ? whole : random.between(1, whole);
}

export function refundLife(
  random: Random,
  { order, refund, amount }: { order: string; refund: string; amount: number },
): Said[] {
  return random.pick(REFUNDS).map((status) => ({ do: "refund", order, refund, amount, status }));
}

export function disputeLife(random: Random, order: string, dispute: string, terms: Terms): Said[] {
  // Banks convert: what they dispute may be above the payment, or in a currency of their own.
  const amount = random.chance(0.2) ? Number(terms.amount) * 2 + 1 : shareOf(random, terms);
  const currency = random.chance(0.1) ? { currency: "chf" } : {};
  return random.pick(DISPUTES)
    .map((status) => ({ do: "dispute", order, dispute, amount, ...currency, status }));
}

export function warningLife(random: Random, order: string, warning: string): Said[] {
  const lives = random.chance(0.3) ? [true, false] : [true];
  return lives.map((actionable) => ({ do: "warning", order, warning, actionable }));
}
