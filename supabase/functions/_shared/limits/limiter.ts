/** Whether a request may go on, by how many came before it. */
import type { HeaderPairs } from "../http/envelope.ts";
import type { Asking } from "./rules.ts";

export interface Verdict {
  readonly isAllowed: boolean;
  /** RateLimit and RateLimit-Policy of the rule that is nearest to its end. */
  readonly headers: HeaderPairs;
  /** Seconds; where it is not allowed. */
  readonly retryAfterSeconds?: number;
}

/** Never rejects and never takes long: what limits must not stand in the way of a payment. */
export interface Limiter {
  check(asking: Asking): Promise<Verdict>;
}

const ALLOWED: Verdict = { isAllowed: true, headers: [] };

/** Lets everything pass: for tests and benchmarks of other things. */
export const NO_LIMITER: Limiter = { check: () => Promise.resolve(ALLOWED) };
