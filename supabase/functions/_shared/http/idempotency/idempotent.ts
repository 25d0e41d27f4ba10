/** Calls an idempotent database function, and stores refusals that the request itself caused. */
import type { Database } from "../../adapters/database/database.ts";
import type {
  ArgsOf,
  IdempotentName,
  ResultOf,
  StoredDataOf,
} from "../../contracts/database/functions.ts";
import { ApiError, type ErrorCode } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import { withOwnTime } from "../../core/deadline.ts";
import type { Reply } from "../reply/reply.ts";
import type { Idempotency } from "./key.ts";

// The refusals that are stored: while the key is stored, a repeat gets the same refusal. 401, 403, 408, 429,
// 5xx and `invalid_request` are not stored, because the next attempt may succeed.
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

type ArgsWithoutKey<N extends IdempotentName> = Omit<ArgsOf<N>, keyof Idempotency["args"]>;

/** Returns the user in the database function's arguments; undefined if they name none. */
function userOf(args: object): string | undefined {
  return "p_user_id" in args && typeof args.p_user_id === "string" ? args.p_user_id : undefined;
}

/**
 * Calls the function and returns its response as a reply. A stored response is marked `replayed`.
 */
export async function idempotent<N extends IdempotentName>(
  call: KeyedCall,
  name: N,
  args: ArgsWithoutKey<N>,
): Promise<Reply<StoredDataOf<N>>> {
  try {
    const keyed = { ...args, ...call.idempotency.args } as ArgsOf<N>;
    const answer: ResultOf<N> = await call.services.database.rpc(name, keyed);
    // If the status is 400 or more, `data` is an error body. renderReply recognises it by the status.
    return { ...answer, data: answer.data as StoredDataOf<N> };
  } catch (error) {
    await storeRefusal(call, error, userOf(args));
    throw error;
  }
}
