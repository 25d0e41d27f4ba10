/**
 * A model of a hold in memory: its credits, the most debt of its settlement, and the last moment of
 * a settlement (rule 7).
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
  /** True if the hold expired. False while it is open, and after a request ended it. */
  hasExpired: boolean;
  /** The credits of each lot that the hold reserves while it is open. */
  readonly reserved: Map<Lot, bigint>;
}

/** The most debt that the settlement of a hold may leave. */
export function overdraftOf({ amount }: Hold): bigint {
  const multiple = amount * OVERDRAFT_FACTOR;
  return multiple > OVERDRAFT_FLOOR ? multiple : OVERDRAFT_FLOOR;
}

/**
 * Returns true if an expired hold may still be settled: once, in less than an hour after its
 * expiry.
 */
export function maySettleLate({ status, hasExpired, expiresAt }: Hold, now: number): boolean {
  return status === "released" && hasExpired && now < expiresAt + LATE_SECONDS;
}
