/** Lots in memory, and which of their credits may be had (rule 5). */
import { least } from "./amounts.ts";
import type { Hold } from "./hold.ts";

/** In burn-down order: of lots alike in priority and expiry the first named goes first. */
const SOURCES = ["promotional", "adjustment", "bonus", "paid"] as const;

export type Source = typeof SOURCES[number];

export interface Lot {
  readonly source: Source;
  readonly amount: bigint;
  readonly priority: number;
  /** Seconds; no two lots of one source were made in the same second. */
  readonly createdAt: number;
  readonly expiresAt: number | null;
  remaining: bigint;
  /** Its order is under dispute or warning. */
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

/** What no open hold keeps of a lot, whether or not it may be spent. */
export function freeOf(lot: Lot, holds: Iterable<Hold>): bigint {
  let free = lot.remaining;
  for (const { status, kept } of holds) {
    if (status === "open") free -= kept.get(lot) ?? 0n;
  }
  return free;
}

/** What may be spent of a lot now; of one frozen or expired just what `settled`, now freed, had kept. */
export function spendableOf(
  lot: Lot,
  holds: Iterable<Hold>,
  now: number,
  settled?: Hold,
): bigint {
  const free = freeOf(lot, holds);
  return lot.frozen || isExpired(lot, now) ? least(free, settled?.kept.get(lot) ?? 0n) : free;
}
