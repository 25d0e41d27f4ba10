/** A model of lots and their spendable credits in memory (rule 5 of docs/reference/rules.md). */
import { least } from "./amounts.ts";
import type { Hold } from "./hold.ts";

/** The sources in burn-down order. The source decides between lots of equal priority and expiry. */
const SOURCES = ["promotional", "adjustment", "bonus", "paid"] as const;

export type Source = typeof SOURCES[number];

export interface Lot {
  readonly source: Source;
  readonly amount: bigint;
  readonly priority: number;
  /**
   * The second in which the lot was created. Two lots of one source are never created in the same
   * second.
   */
  readonly createdAt: number;
  readonly expiresAt: number | null;
  remaining: bigint;
  /** True while the lot's order has an open dispute or warning. */
  frozen: boolean;
}

export function isExpired({ expiresAt }: Lot, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

export function inBurnDownOrder(lots: readonly Lot[]): Lot[] {
  const never = Number.POSITIVE_INFINITY;
  return lots.toSorted((a, b) =>
    a.priority - b.priority ||
    ((a.expiresAt ?? never) === (b.expiresAt ?? never)
      ? 0
      : (a.expiresAt ?? never) - (b.expiresAt ?? never)) ||
    SOURCES.indexOf(a.source) - SOURCES.indexOf(b.source) ||
    a.createdAt - b.createdAt
  );
}

/** A lot's credits that no open hold reserves, whether or not these credits can be spent. */
export function freeOf(lot: Lot, holds: Iterable<Hold>): bigint {
  let free = lot.remaining;
  for (const { status, reserved } of holds) {
    if (status === "open") free -= reserved.get(lot) ?? 0n;
  }
  return free;
}

/**
 * Returns the credits of a lot that can be spent now. If a settlement ends a hold, `settled` is
 * this hold. From a frozen or expired lot, only the credits that `settled` reserves can be spent.
 */
export function spendableOf(
  lot: Lot,
  holds: Iterable<Hold>,
  now: number,
  settled?: Hold,
): bigint {
  const free = freeOf(lot, holds);
  return lot.frozen || isExpired(lot, now) ? least(free, settled?.reserved.get(lot) ?? 0n) : free;
}
