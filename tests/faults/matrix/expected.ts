/**
 * The expected answer of each action of an app while one service fails. docs/reference/faults.md
 * shows the same table.
 */
import type { FaultName } from "./conditions.ts";
import type { JourneyName } from "./journeys.ts";

/** The allowed statuses: two if the moment of the fault decides the status, otherwise one. */
export type Expected = readonly number[];

const CREATED = [201];
const OK = [200];
const ACCEPTED = [202];
/**
 * A retryable error. A repeated request with the same idempotency key succeeds when the fault has
 * ended.
 */
const LATER = [503];

/** The answer is the same as without a fault. */
const WELL: Readonly<Record<JourneyName, Expected>> = {
  "checkout": CREATED,
  "webhook": OK,
  "usage": CREATED,
  "hold and settle": OK,
  "jobs": ACCEPTED,
  "ai chat": OK,
  "openai sdk": OK,
};

/** While the database restarts, a request waits or fails: a caller gets a 503, and Stripe a 500. */
const INTERRUPTED: Readonly<Record<JourneyName, Expected>> = {
  "checkout": [201, 503],
  "webhook": [200, 500],
  "usage": [201, 503],
  "hold and settle": [200, 503],
  "jobs": [202, 503],
  "ai chat": [200, 503],
  "openai sdk": [200, 503],
};

export const EXPECTED: Readonly<Record<FaultName, Readonly<Record<JourneyName, Expected>>>> = {
  "Redis down": WELL,
  "Redis slow": WELL,
  "Redis hanging": WELL,
  "Redis with a wrong token": WELL,
  "Redis full": WELL,
  "Stripe down": { ...WELL, "checkout": LATER },
  "Stripe slow": WELL,
  "Stripe hanging": { ...WELL, "checkout": LATER },
  "Stripe at its limit (429)": { ...WELL, "checkout": [502] },
  "Stripe failing (500)": { ...WELL, "checkout": [502] },
  "mail down": WELL,
  "AI down": { ...WELL, "ai chat": LATER, "openai sdk": LATER },
  "database restarting": INTERRUPTED,
  // Requests with a secret key or Stripe's signature need no key set. A user's token can't be verified
  // without the key set.
  "JWKS unreachable": {
    ...WELL,
    "checkout": LATER,
    "jobs": LATER,
    "ai chat": LATER,
    "openai sdk": LATER,
  },
};
