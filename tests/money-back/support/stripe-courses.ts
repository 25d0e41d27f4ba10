/** The possible sequences of statuses of a refund, a dispute or a warning at Stripe. */
import type { Movement } from "../model/dispute.ts";
import type { StripeStep } from "../model/steps.ts";
import type { DisputeStatus, RefundStatus } from "../model/status-order.ts";
import type { Price } from "../model/payment.ts";
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
  ["pending", "held_up", "succeeded"],
  ["held_up", "failed"],
];

/**
 * Each status is followed by the direction of the money that has moved since the status before it: out, in
 * or nothing.
 */
const DISPUTES: readonly (readonly string[])[] = [
  ["needs_response"],
  ["needs_response out"],
  ["needs_response", "needs_response out", "under_review", "lost"],
  ["needs_response out", "lost"],
  ["needs_response out", "under_review", "won in"],
  ["needs_response out", "won", "won in"],
  ["needs_response out", "under_review", "lost", "won in"],
  ["needs_response out", "won in", "lost out"],
  ["needs_response out", "lost", "appeal_needs_response", "appeal_under_review", "won in"],
  ["needs_response out", "lost", "appeal_needs_response", "appeal_under_review", "lost"],
  ["needs_response out", "won in", "appeal_needs_response", "lost out"],
  ["prevented", "prevented out"],
  ["prevented out"],
  ["prevented"],
  ["pre_arbitration", "pre_arbitration out", "won in"],
  ["needs_response out", "pre_arbitration"],
  ["lost"],
  ["warning_needs_response", "warning_under_review", "warning_closed"],
  ["warning_needs_response out", "needs_response", "lost"],
  ["warning_needs_response", "warning_closed", "needs_response out", "under_review", "won in"],
];

/** A step with an event of Stripe, without the fields for the event's name and second. */
export type Facts = StripeStep extends infer Each
  ? Each extends unknown ? Omit<Each, "event" | "at"> : never
  : never;

export function shareOf(random: Random, { amount }: Price): number {
  const whole = Number(amount);
  return random.chance(0.4) ? whole : random.between(1, whole);
}

export function refundLife(
  random: Random,
  what: { order: string; refund: string; amount: number; reverses?: boolean },
): Facts[] {
  return random.pick(REFUNDS).map((status) => ({ do: "refund", ...what, status }));
}

/**
 * Returns a balance transaction of a dispute, in the payment's currency or converted at an exchange
 * rate.
 */
export type Settles = (direction: "out" | "in") => Omit<Movement, "id">;

/**
 * Makes the events of a dispute from a list of statuses. Each event contains all balance transactions so
 * far.
 */
export function disputeEvents(
  { dispute, words, settles, ...said }: {
    order: string;
    dispute: string;
    amount: number;
    currency?: string;
    words: readonly string[];
    settles: Settles;
  },
): Facts[] {
  const moved: Movement[] = [];
  return words.map((word) => {
    const [status, ...directions] = word.split(" ") as [DisputeStatus, ...("out" | "in")[]];
    for (const direction of directions) {
      moved.push({ id: `${dispute}-${moved.length + 1}`, ...settles(direction) });
    }
    return { do: "dispute", ...said, dispute, status, moved: [...moved] };
  });
}

export function disputeLife(
  random: Random,
  order: string,
  dispute: string,
  terms: Price,
): Facts[] {
  // Banks convert currencies, so a dispute may exceed the payment or be in a different currency.
  const amount = random.chance(0.2) ? Number(terms.amount) * 2 + 1 : shareOf(random, terms);
  const currency = random.chance(0.1) ? { currency: "chf" } : {};
  const isConverted = random.chance(0.2);
  const settles: Settles = (direction) => {
    const rate = isConverted ? direction === "out" ? 0.92 : 0.9173 : undefined;
    const size = Math.max(Math.round(amount * (rate ?? 1)), 1);
    return {
      amount: direction === "out" ? -size : size,
      currency: isConverted ? "eur" : terms.currency,
      ...rate !== undefined && { rate },
    };
  };
  return disputeEvents({
    ...{ order, dispute, amount, ...currency },
    words: random.pick(DISPUTES),
    settles,
  });
}

export function warningLife(random: Random, order: string, warning: string): Facts[] {
  const lives = random.chance(0.3) ? [true, false] : [true];
  return lives.map((actionable) => ({ do: "warning", order, warning, actionable }));
}
