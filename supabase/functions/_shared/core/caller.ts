/** The caller of a request, and its name in the ledger and in idempotency keys. */
export interface UserCaller {
  readonly kind: "user";
  readonly userId: string;
  /** True when `app_metadata.role` is `operator`. Users cannot change `app_metadata`. */
  readonly isOperator: boolean;
  /** True when the token's session was verified with a second factor: its `aal` is `aal2`. */
  readonly hasSecondFactor: boolean;
}

/** The app's own back end. `name` is the key's name in SUPABASE_SECRET_KEYS. */
export interface SecretCaller {
  readonly kind: "secret";
  readonly name: string;
}

/** A caller with the shared secret. The current and the previous secret identify the same caller. */
export interface SharedCaller {
  readonly kind: "shared";
}

/**
 * The callers that a route admits.
 * - `user`: a signed-in person's token; `secret`: a secret key in `apikey`;
 * - `operator`: a token whose `app_metadata.role` is operator, or a secret key;
 * - `shared`: a secret that the caller shares with us, in `X-Webhook-Secret`;
 * - `signed`: the route itself checks a signature over the body; `none`: anyone.
 */
export type Who = "user" | "secret" | "operator" | "shared" | "signed" | "none";

export interface AnonymousCaller {
  readonly kind: "none";
}

/** The type of caller that a handler gets for each value of a route's `who`. */
export type CallerOf<W extends Who> = W extends "user" ? UserCaller
  : W extends "secret" ? SecretCaller
  : W extends "operator" ? UserCaller | SecretCaller
  : W extends "shared" ? SharedCaller
  : AnonymousCaller;

export type Caller = CallerOf<Who>;

/**
 * Returns a stable name of the caller. Idempotency keys are stored under this name, so two callers
 * never share a key.
 */
export function callerScope(caller: Caller): string {
  if (caller.kind === "user") return `user:${caller.userId}`;
  if (caller.kind === "secret") return `secret:${caller.name}`;
  return caller.kind;
}

/**
 * Returns the caller's name as an author, in the ledger and in the log of reads: `owner` for a user
 * who acts on their own account, `operator:<user id>`, or `key:<name>`. On a route for operators,
 * an operator gets `operator:<user id>`, even if users may also call the route. If the request
 * changes the operator's own account, run-route.ts then replaces the author by `owner`. Returns
 * null for callers without an identity.
 */
export function authorOf(caller: Caller, allowed: readonly Who[]): string | null {
  if (caller.kind === "secret") return `key:${caller.name}`;
  if (caller.kind !== "user") return null;
  if (caller.isOperator && allowed.includes("operator")) return `operator:${caller.userId}`;
  return allowed.includes("user") ? "owner" : `operator:${caller.userId}`;
}

/** Returns the user who makes the request; null for a back end and for an anonymous caller. */
export function userIdOf(caller: Caller): string | null {
  return caller.kind === "user" ? caller.userId : null;
}
