import { StripeApiError } from "../core/errors.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

/** The first answer for an Idempotency-Key. */
interface StoredAnswer {
  id: string;
  fingerprint: string;
  status: number;
  body: string;
  request_id: string;
  created: number;
}

/**
 * How long an idempotency key is stored: one day, as in Stripe. If the request is repeated later,
 * it runs as a new request.
 */
const STORED_SECONDS = 24 * 3_600;
const MAX_KEY_LENGTH = 255;

const answers = collection<StoredAnswer>("idempotency_key");

/**
 * Returns a text that is the same for requests with the same method, path and parameters. The order
 * of the parameters does not matter.
 */
export function fingerprint(method: string, path: string, form: string): string {
  const pairs = [...new URLSearchParams(form)].map(([name, value]) =>
    JSON.stringify([name, value])
  );
  return [method, path, ...pairs.sort()].join("\n");
}

/**
 * Returns the stored answer to replay; undefined if the idempotency key is new or has expired.
 * @throws StripeApiError if the key is too long, or was used for a different request
 */
export function recall(scope: Scope, key: string, print: string): StoredAnswer | undefined {
  if (key.length > MAX_KEY_LENGTH) {
    throw idempotencyError(`An Idempotency-Key must have at most ${MAX_KEY_LENGTH} characters.`);
  }
  const found = answers.find(scope, key);
  if (!found) return undefined;
  if (scope.seconds() - found.created >= STORED_SECONDS) {
    answers.remove(scope, key);
    return undefined;
  }
  if (found.fingerprint !== print) {
    throw idempotencyError(
      `The Idempotency-Key '${key}' was first used with another URL or other parameters. ` +
        "A repeat must be the same request; a new request needs a new key.",
    );
  }
  return found;
}

/** Removes expired idempotency keys, which would otherwise accumulate in the data file. */
export function forgetOldKeys(scope: Scope): void {
  for (const { id, created } of answers.all(scope)) {
    if (scope.seconds() - created >= STORED_SECONDS) answers.remove(scope, id);
  }
}

export function remember(
  scope: Scope,
  key: string,
  answer: Pick<StoredAnswer, "fingerprint" | "status" | "body" | "request_id">,
): void {
  answers.put(scope, { id: key, created: scope.seconds(), ...answer });
}

export function keyInUse(key: string): StripeApiError {
  const fields = { code: "idempotency_key_in_use" } as const;
  return new StripeApiError(
    409,
    `Another request with the Idempotency-Key '${key}' is still in progress. Try again shortly.`,
    fields,
  );
}

function idempotencyError(message: string): StripeApiError {
  return new StripeApiError(400, message, { type: "idempotency_error" });
}
