/** A hold in memory: what it keeps, how much may be owed for it, and how late it may be settled (rule 7). */
import { toUnits } from "./amounts.ts";
import type { Lot } from "./lots.ts";

const OVERDRAFT_FACTOR = 2n;
const OVERDRAFT_FLOOR = toUnits("1000");
const LATE_SECONDS = 3600;

export interface Hold {
  readonly amount: bigint;
  readonly expiresAt: number;
  status: "open" | "settled" | "released";
  /** Nothing but its expiry has ended it. */
  hasRunOut: boolean;
  /** What it keeps of which lot, while it is open. */
  readonly kept: Map<Lot, bigint>;
}

/** What its settlement may leave owed. */
export function overdraftOf({ amount }: Hold): bigint {
  const multiple = amount * OVERDRAFT_FACTOR;
  return multiple > OVERDRAFT_FLOOR ? multiple : OVERDRAFT_FLOOR;
}

/** Once, for an hour; the end of that hour is too late. */
export function maySettleLate({ status, hasRunOut, expiresAt }: Hold, now: number): boolean {
  return status === "released" && hasRunOut && now < expiresAt + LATE_SECONDS;
}
