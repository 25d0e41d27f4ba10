/**
 * A model of a hold in memory: the hold's credits, the highest debt that a settlement may leave,
 * and the last moment for a settlement (rule 7 of docs/reference/rules.md).
 */
import { toUnits } from "./amounts.ts";
import type { Lot } from "./lots.ts";

const OVERDRAFT_FACTOR = 2n;
const OVERDRAFT_FLOOR = toUnits("1000");
const LATE_SECONDS = 3600;

export interface Hold {
  readonly amount: bigint;
  readonly expiresAt: number;
  status: "open" | "settled" | "released";
  /** True if the hold has expired. False if the hold is open, or if a request has ended it. */
  hasExpired: boolean;
  /** The credits that the hold reserves while it is open, by lot. */
  readonly reserved: Map<Lot, bigint>;
}

/** The highest debt that the settlement of a hold may leave. */
export function overdraftOf({ amount }: Hold): bigint {
  const multiple = amount * OVERDRAFT_FACTOR;
  return multiple > OVERDRAFT_FLOOR ? multiple : OVERDRAFT_FLOOR;
}

/**
 * Returns true if an expired hold can still be settled: only once, and less than an hour after its expiry.
 */
export function maySettleLate({ status, hasExpired, expiresAt }: Hold, now: number): boolean {
  return status === "released" && hasExpired && now < expiresAt + LATE_SECONDS;
}
