/** Database calls that tests make, and the errors of refused calls. */
import assert from "node:assert/strict";
import type { Database } from "../../supabase/functions/_shared/adapters/database/database.ts";
import { ApiError, type ErrorBody } from "../../supabase/functions/_shared/core/errors.ts";
import { signUp } from "../support/project/people.ts";
import type { World } from "../support/project/world.ts";

export const randomHash = () =>
  crypto.randomUUID().replaceAll("-", "") + crypto.randomUUID().replaceAll("-", "");

/** Makes a new idempotency key and fingerprint. */
export const newKey = () => ({
  p_idempotency_key: randomHash(),
  p_fingerprint: randomHash(),
});

export const TINY = "0.000000000000000001";

/** Makes the arguments of a grant. */
export function grantOf(p_user_id: string, p_amount: string) {
  return {
    ...{ p_user_id, p_amount, p_source: "promotional", p_reason: "test" },
    ...{ p_expires_at: undefined, p_priority: undefined },
    ...{ p_reference_id: undefined, p_once: undefined, p_correlation_id: "trace" },
    ...newKey(),
  };
}

export function debitOf(p_user_id: string, p_amount: string, key = newKey()) {
  return {
    ...{ p_user_id, p_amount, p_reason: "test" },
    ...{ p_reference_id: undefined, p_once: undefined, p_correlation_id: "trace" },
    ...key,
  };
}

/** Signs up a user with credits, granted through the transport under test. */
export async function userWith(world: World, database: Database, amount: string): Promise<string> {
  const { id } = await signUp(world);
  await database.rpc("credits_grant", grantOf(id, amount));
  return id;
}

/** Returns the body of the error with which the database refuses a call. */
export async function refusalOf(promise: Promise<unknown>): Promise<ErrorBody> {
  try {
    await promise;
  } catch (error) {
    assert(error instanceof ApiError, String(error));
    return error.body;
  }
  throw new Error("the call was not refused");
}
