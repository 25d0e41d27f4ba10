/** A dispute in memory: what it claims of a payment, and what of that is gone. */
import type { DisputeStatus } from "./ranks.ts";

/** A balance transaction: below zero it took money, above it brought some back. */
export interface Movement {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  /** From the payment's currency. */
  readonly rate?: number;
}

export interface Dispute {
  amount: bigint;
  currency: string;
  status: DisputeStatus;
  at: number;
  /** Of the event that told the status. */
  moves: number;
  readonly movements: Map<string, Movement>;
}

/** Another currency than the payment's says nothing of the share: that is of all of it. */
export function claimedBy(dispute: Dispute, paid: bigint, currency: string): bigint {
  return dispute.currency === currency ? dispute.amount : paid;
}

/** What is gone and has not come back, in the payment's currency; never less than nothing. */
export function goneBy(dispute: Dispute, paid: bigint, currency: string): bigint {
  const movements = [...dispute.movements.values()];
  const isConverted = movements.some((each) => each.currency !== currency);
  const out = movements.map(({ amount, rate = 1 }) => -amount / (isConverted ? rate : 1));
  const total = out.reduce((a, b) => a + b, 0);
  if (!isConverted) return BigInt(Math.max(total, 0));
  // Rates are rounded: they tell the share of what is claimed to a hundredth.
  const whole = Math.max(...out);
  if (whole <= 0 || total <= 0) return 0n;
  const hundredths = BigInt(Math.min(Math.round(total / whole * 100), 100));
  return (claimedBy(dispute, paid, currency) * hundredths + 50n) / 100n;
}
