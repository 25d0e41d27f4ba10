/** Decides for which caller a request acts, from the route's `who` and the verified credentials. */
import type { AnonymousCaller, Caller, SharedCaller, Who } from "../../core/caller.ts";
import { ApiError } from "../../core/errors.ts";
import type { Credentials } from "./credentials.ts";

const ANONYMOUS: AnonymousCaller = { kind: "none" };

/**
 * Returns the least powerful of the caller's credentials that the route accepts.
 * @throws ApiError `unauthenticated` without a user's token or a secret key; `forbidden` if the
 *   given credential is valid and the route does not accept it
 */
export function authorize(
  allowed: readonly Who[],
  { user, key }: Credentials,
  shared: SharedCaller | null = null,
): Caller {
  if (shared !== null && allowed.includes("shared")) return shared;
  const secret = key?.kind === "secret" ? key : null;
  const isOperatorRoute = allowed.includes("operator");
  if (user !== null) {
    if (allowed.includes("user")) return user;
    if (isOperatorRoute && user.isOperator) return user;
  }
  if (secret !== null && (isOperatorRoute || allowed.includes("secret"))) return secret;
  if (allowed.includes("none") || allowed.includes("signed")) return ANONYMOUS;
  throw new ApiError(user === null && secret === null ? "unauthenticated" : "forbidden");
}
