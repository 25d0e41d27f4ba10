/**
 * Stores refusals under the caller's key, so that a retry gets the same refusal. The database has
 * rolled back the refused call, so a separate call stores the refusal.
 */
import type { Database } from "../../adapters/database/database.ts";
import { ApiError, type ErrorCode } from "../../core/errors.ts";
import { withOwnTime } from "../../core/deadline.ts";
import type { Logger } from "../../core/logger.ts";
import type { Idempotency } from "./hashed-key.ts";

// The refusals that are stored: a retry gets the same refusal for as long as the key is stored.
// 401, 403, 408, 429, 5xx and `invalid_request` are not stored, because the next attempt may
// succeed.
const STORED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "insufficient_credits",
  "spend_cap_reached",
  "not_found",
  "hold_not_open",
  "grant_not_pending",
  "reference_conflict",
  "booking_not_cancellable",
  "already_refunded",
  "usage_conflict",
  "overdraft_exceeded",
  "refund_too_large",
  "unknown_model",
  "unknown_package",
]);

/** The fields of a route's `Call` that idempotent calls need. */
export interface KeyedCall {
  readonly idempotency: Idempotency;
  readonly services: { readonly database: Database; readonly log: Logger };
}

/**
 * Stores a refusal under the caller's key. If storing fails, the caller still gets the refusal. If
 * the caller sent no key, nothing is stored, because the same content may succeed a moment later.
 * @param userId the user whose request was refused; for the funnel report
 */
export async function storeRefusal(
  call: KeyedCall,
  error: unknown,
  userId?: string,
): Promise<void> {
  if (call.idempotency.key === null) return;
  if (!(error instanceof ApiError) || !STORED.has(error.code)) return;
  try {
    const args = {
      ...call.idempotency.args,
      p_status: error.status,
      p_data: error.body,
      p_user_id: userId,
    };
    await withOwnTime(() => call.services.database.rpc("idempotency_store", args));
  } catch (failure) {
    call.services.log("warn", "refusal not stored", { detail: String(failure) });
  }
}
