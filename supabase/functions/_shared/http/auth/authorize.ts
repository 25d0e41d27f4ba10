/** Decides, from the route's `who` and the verified credentials, whom the request speaks for. */
import type { Credentials, SecretCaller, UserCaller } from "./credentials.ts";
import { ApiError } from "../../core/errors.ts";
import type { SharedCaller } from "./shared-secret.ts";

/**
 * Who may call a route.
 * - `user`: a signed-in person's token; `secret`: a secret key in `apikey`;
 * - `operator`: a token whose `app_metadata.role` is operator, or a secret key;
 * - `shared`: a secret that the caller shares with us, in `X-Webhook-Secret`;
 * - `signed`: the route checks a signature over the body itself; `none`: anyone.
 */
export type Who = "user" | "secret" | "operator" | "shared" | "signed" | "none";

interface AnonymousCaller {
  readonly kind: "none";
}

/** The caller that a handler can meet under each `who`. */
export type CallerOf<W extends Who> = W extends "user" ? UserCaller
  : W extends "secret" ? SecretCaller
  : W extends "operator" ? UserCaller | SecretCaller
  : W extends "shared" ? SharedCaller
  : AnonymousCaller;

export type Caller = CallerOf<Who>;

const ANONYMOUS: AnonymousCaller = { kind: "none" };

/**
 * The least powerful of the caller's credentials that the route accepts.
 * @throws ApiError `unauthenticated` without a credential that identifies anyone, `forbidden` when
 * the one given is valid but not for this route.
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

/** Stable name of the caller for scoping idempotency keys: two callers never share a key. */
export function callerScope(caller: Caller): string {
  if (caller.kind === "user") return `user:${caller.userId}`;
  if (caller.kind === "secret") return `secret:${caller.name}`;
  return caller.kind;
}

/**
 * How the ledger names the caller as an author: `owner` for a person who acts on their own account,
 * `operator:<user id>`, `key:<name>`; null for everybody else, whose requests say nothing of who they are.
 */
export function authorOf(caller: Caller, allowed: readonly Who[]): string | null {
  if (caller.kind === "secret") return `key:${caller.name}`;
  if (caller.kind !== "user") return null;
  return allowed.includes("user") ? "owner" : `operator:${caller.userId}`;
}

/** The person who asks; null for the back end and for nobody in particular. */
export function userIdOf(caller: Caller): string | null {
  return caller.kind === "user" ? caller.userId : null;
}

/**
 * The user that a read is about: a person reads only their own, the back end must say whose.
 * @throws ApiError `invalid_request` when a person names a user, or the back end names none
 */
export function subjectOf(caller: UserCaller | SecretCaller, named: string | undefined): string {
  if (caller.kind === "user") {
    if (named === undefined) return caller.userId;
    throw new ApiError("invalid_request", {
      message: "user_id is not allowed with a user's token: a user reads only their own account.",
      field: "user_id",
    });
  }
  if (named !== undefined) return named;
  throw new ApiError("invalid_request", {
    message: "user_id is required with a secret key.",
    field: "user_id",
  });
}
