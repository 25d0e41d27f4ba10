/** The user whose data a request reads or changes: the caller, or the user that `user_id` names. */
import type { SecretCaller, UserCaller } from "./caller.ts";
import { ApiError } from "./errors.ts";

function refuseNaming(): never {
  throw new ApiError("invalid_request", {
    message:
      "user_id is not allowed with a user's token: the token names the user. Leave user_id out.",
    field: "user_id",
  });
}

function requireName(): never {
  throw new ApiError("invalid_request", {
    message: "user_id is required with a secret key. Send the id of the user.",
    field: "user_id",
  });
}

/**
 * Returns true if a change on a route for users and operators is a change of the caller's own
 * account. For an operator, this is so if the request names no user, or names the operator.
 */
export function isOwnChange({ isOperator, userId }: UserCaller, named: unknown): boolean {
  return !isOperator || named === undefined || named === userId;
}

/**
 * Returns the user whose data is read or changed, on a route for users and operators. A back end
 * must name the user. An operator may name a customer; otherwise, the data is the operator's own.
 * Any other user must not name anyone.
 * @throws ApiError `invalid_request` if a user who is not an operator names a user, or if a back
 * end names no user
 */
export function subjectOf(caller: UserCaller | SecretCaller, named: string | undefined): string {
  if (caller.kind === "secret") return named ?? requireName();
  if (named !== undefined && !caller.isOperator) refuseNaming();
  return named ?? caller.userId;
}

/**
 * Returns the user for whom a request acts, on a route that operators use only for themselves.
 * @throws ApiError `invalid_request` if the caller is a user and names a user, or is a back end and
 * names no user
 */
export function actingUserOf(caller: UserCaller | SecretCaller, named: string | undefined): string {
  if (caller.kind === "secret") return named ?? requireName();
  return named === undefined ? caller.userId : refuseNaming();
}

/**
 * Returns the caller if a read by id may return only the caller's own resources. Returns null for
 * operators and back ends, which may read every customer's resources.
 */
export function ownerReadBy(caller: UserCaller | SecretCaller): string | null {
  return caller.kind === "user" && !caller.isOperator ? caller.userId : null;
}
