/** Whether a request may go on, by how many came before it. */
import type { Caller } from "../http/authorize.ts";
import type { HeaderPairs } from "../http/envelope.ts";
import type { LimitName } from "./rules.ts";

export interface Asking {
  /** What the route declares. */
  readonly limit: LimitName;
  /** Null where the credentials were refused: then only the address and everybody's sum are counted. */
  readonly caller: Caller | null;
  /** The name of the API key that came along: `publishable`, or a secret key's own. */
  readonly key: string | null;
  /** A keyed hash of the caller's network; undefined where the platform does not say. */
  readonly ipHash: string | undefined;
}

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
