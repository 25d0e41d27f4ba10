/**
 * How a route treats the Idempotency-Key: as required, optional, offered or ignored. The mode
 * decides what the route's handler gets.
 */
import type { Idempotency } from "./hashed-key.ts";

/**
 * true: the route requires an Idempotency-Key. "optional": for a request without a key, a key is
 * computed from the request's content. "offered": a request without a key is never treated as a
 * retry. false: the route ignores the header.
 */
export type IdempotencyMode = boolean | "optional" | "offered";

/** The idempotency of a route that requires the header. */
export interface KeyedIdempotency extends Idempotency {
  readonly key: string;
}

/** The type of the idempotency that a handler gets, for each mode. */
export type IdempotencyOf<M extends IdempotencyMode> = M extends "optional" ? Idempotency
  : M extends "offered" ? KeyedIdempotency | null
  : M extends true ? KeyedIdempotency
  : null;

/**
 * Returns whether a later request can be a retry of this one. In the mode "offered", a request
 * without a key has no retries.
 */
export function canRepeat(mode: IdempotencyMode, key: string | null): boolean {
  return mode === "offered" ? key !== null : mode !== false;
}
