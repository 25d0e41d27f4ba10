/**
 * The secret that a caller shares with us, in `X-Webhook-Secret`. During a rotation there are two, the
 * current and the previous one, and either is good. Their lengths are checked where the environment is read.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { SharedCaller } from "../../core/caller.ts";
import { ApiError } from "../../core/errors.ts";

/** Null without the header. @throws ApiError `unauthenticated` for a wrong one, `not_ready` with none set */
export type SharedSecretVerifier = (headers: Headers) => SharedCaller | null;

const CALLER: SharedCaller = { kind: "shared" };

// Hashes are of one length, so that comparing tells nothing of the secret's.
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
    // All are compared, so that the time does not say which one it was.
    const matches = known.map((each) => timingSafeEqual(each, hash));
    if (matches.includes(true)) return CALLER;
    throw new ApiError("unauthenticated", { internal: "wrong x-webhook-secret" });
  };
}
