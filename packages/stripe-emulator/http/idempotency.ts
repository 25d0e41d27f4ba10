import { StripeApiError } from "../core/errors.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

/** The first answer given under an Idempotency-Key. */
interface StoredAnswer {
  id: string;
  fingerprint: string;
  status: number;
  body: string;
  request_id: string;
  created: number;
}

/** Stripe forgets a key after a day; a repeat after that runs anew. */
const KEPT_SECONDS = 24 * 3_600;
const MAX_KEY_LENGTH = 255;

const answers = collection<StoredAnswer>("idempotency_key");

/** What a request is compared by: its method, its path, its parameters in any order. */
export function fingerprint(method: string, path: string, form: string): string {
  const pairs = [...new URLSearchParams(form)].map(([name, value]) =>
    JSON.stringify([name, value])
  );
  return [method, path, ...pairs.sort()].join("\n");
}

/** The stored answer to repeat, nothing when the key is new, or Stripe's error when it was misused. */
export function recall(scope: Scope, key: string, print: string): StoredAnswer | undefined {
  if (key.length > MAX_KEY_LENGTH) {
    throw idempotencyError(`An Idempotency-Key has up to ${MAX_KEY_LENGTH} characters.`);
  }
  const found = answers.find(scope, key);
  if (!found) return undefined;
  if (scope.seconds() - found.created >= KEPT_SECONDS) {
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

/** Removes the keys whose day is over, so that a long-lived data file does not grow by them. */
export function forgetOldKeys(scope: Scope): void {
  for (const { id, created } of answers.all(scope)) {
    if (scope.seconds() - created >= KEPT_SECONDS) answers.remove(scope, id);
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
