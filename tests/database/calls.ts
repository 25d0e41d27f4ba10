/** Calls of the database that tests make, and how they are refused. */
import assert from "node:assert/strict";
import type { Database } from "../../supabase/functions/_shared/adapters/database/database.ts";
import { ApiError, type ErrorBody } from "../../supabase/functions/_shared/core/errors.ts";
import { signUp } from "../support/project/people.ts";
import type { World } from "../support/project/world.ts";

export const randomHash = () =>
  crypto.randomUUID().replaceAll("-", "") + crypto.randomUUID().replaceAll("-", "");

/** An idempotency key and fingerprint that nobody used before. */
export const newKey = () => ({
  p_idempotency_key: randomHash(),
  p_fingerprint: randomHash(),
});

export const TINY = "0.000000000000000001";

/** What a grant and a debit are asked with. */
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

/** A person with a credit balance, written by the transport itself. */
export async function userWith(world: World, database: Database, amount: string): Promise<string> {
  const { id } = await signUp(world);
  await database.rpc("credits_grant", grantOf(id, amount));
  return id;
}

/** The error body that a call is refused with. */
export async function refusalOf(promise: Promise<unknown>): Promise<ErrorBody> {
  try {
    await promise;
  } catch (error) {
    assert(error instanceof ApiError, String(error));
    return error.body;
  }
  throw new Error("the call was not refused");
}
