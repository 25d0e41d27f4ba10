/**
 * Verifies the secret in `X-Webhook-Secret`. During a rotation the current and the previous secret
 * are both valid. The lengths of the secrets are checked where the environment is read.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { SharedCaller } from "../../core/caller.ts";
import { ApiError } from "../../core/errors.ts";

/**
 * Returns the caller; null without the header.
 * @throws ApiError `unauthenticated` for a wrong secret, `not_ready` if no secret is configured
 */
export type SharedSecretVerifier = (headers: Headers) => SharedCaller | null;

const CALLER: SharedCaller = { kind: "shared" };

// All hashes have the same length, so the time of a comparison does not reveal the length of the
// secret.
function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

export function createSharedVerifier(secrets: readonly string[] | undefined): SharedSecretVerifier {
  const known = (secrets ?? []).map(digest);
  return (headers) => {
    if (known.length === 0) {
      throw new ApiError("not_ready", { internal: "Environment incomplete: NOTIFICATION_SECRET" });
    }
    const given = headers.get("x-webhook-secret");
    if (given === null) return null;
    const hash = digest(given);
    // Every secret is compared, so the time does not reveal which secret matched.
    const matches = known.map((each) => timingSafeEqual(each, hash));
    if (matches.includes(true)) return CALLER;
    throw new ApiError("unauthenticated", { internal: "wrong x-webhook-secret" });
  };
}
