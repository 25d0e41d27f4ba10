/**
 * A model of a dispute in memory: the amount that the bank claims, and the part that the bank has
 * withdrawn.
 */
import type { DisputeStatus } from "./status-order.ts";

/**
 * A balance transaction at Stripe. A negative amount was withdrawn, and a positive amount was
 * reinstated.
 */
export interface Movement {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  /** The exchange rate from the payment's currency to that of Stripe's balance transaction. */
  readonly rate?: number;
}

export interface Dispute {
  amount: bigint;
  currency: string;
  status: DisputeStatus;
  at: number;
  /** The number of balance transactions in the latest event that has set the status. */
  moves: number;
  readonly movements: Map<string, Movement>;
}

/** Returns the claimed amount. A claim in a different currency counts as a claim of the whole payment. */
export function claimedBy(dispute: Dispute, paid: bigint, currency: string): bigint {
  return dispute.currency === currency ? dispute.amount : paid;
}

/**
 * Returns the amount that the bank has withdrawn and not reinstated, in the payment's currency; never less
 * than 0.
 */
export function goneBy(dispute: Dispute, paid: bigint, currency: string): bigint {
  const movements = [...dispute.movements.values()];
  const isConverted = movements.some((each) => each.currency !== currency);
  const out = movements.map(({ amount, rate = 1 }) => -amount / (isConverted ? rate : 1));
  const total = out.reduce((a, b) => a + b, 0);
  if (!isConverted) return BigInt(Math.max(total, 0));
  // Exchange rates are rounded, so the part of the claim that was withdrawn is rounded to whole percents.
  const whole = Math.max(...out);
  if (whole <= 0 || total <= 0) return 0n;
  const hundredths = BigInt(Math.min(Math.round(total / whole * 100), 100));
  return (claimedBy(dispute, paid, currency) * hundredths + 50n) / 100n;
}
