import {
  Hold,
  HoldBody,
  HoldPath,
  OpenedHold,
  ReleasedHold,
  SettleBody,
  SettledHold,
} from "../_shared/contracts/holds.ts";
import { ownerReadBy } from "../_shared/core/whose-data.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { idempotent } from "../_shared/http/idempotency/idempotent.ts";
import { ok } from "../_shared/http/reply/reply.ts";

/** Reserves credits for work in progress: an amount, or the price of an estimate. */
export const openHold = defineRoute({
  method: "post",
  path: "/holds",
  summary: "Reserve credits",
  who: ["secret"],
  limit: "default",
  idempotent: true,
  body: HoldBody,
  responses: { 201: OpenedHold },
  errors: ["insufficient_credits", "spend_cap_reached", "not_found", "unknown_model"],
  handler: (call) => {
    const { user_id, amount, estimate, ttl_seconds, reason } = call.body;
    return idempotent(call, "holds_open", {
      p_user_id: user_id,
      p_amount: amount,
      p_estimate: estimate,
      p_ttl_seconds: ttl_seconds,
      p_reason: reason,
      p_correlation_id: call.context.traceId,
    });
  },
});

/** Reads a hold. A user reads only their own holds; another user's hold is `not_found`. */
export const readHold = defineRoute({
  method: "get",
  path: "/holds/{id}",
  summary: "Read a hold",
  who: ["user", "operator"],
  limit: "default",
  idempotent: false,
  params: HoldPath,
  responses: { 200: Hold },
  errors: ["not_found"],
  handler: async ({ caller, params, services }) =>
    ok(
      await services.database.rpc("holds_read", {
        p_hold_id: params.id,
        p_user_id: ownerReadBy(caller) ?? undefined,
      }),
    ),
});

/**
 * Ends a hold by charging what the work cost. If the work cost less, the rest is released. If the
 * work cost more, the difference is taken from the available credits; missing credits become debt,
 * up to the policy's limit, and are returned as `shortfall`. An expired hold can be settled once,
 * from the available credits, within the time that the policy allows (an hour by default).
 */
export const settleHold = defineRoute({
  method: "post",
  path: "/holds/{id}/settle",
  summary: "Settle a hold",
  who: ["secret"],
  limit: "none",
  idempotent: true,
  params: HoldPath,
  body: SettleBody,
  responses: { 200: SettledHold },
  errors: ["not_found", "hold_not_open", "overdraft_exceeded", "unknown_model", "usage_conflict"],
  handler: async (call) => {
    const { correlation_id, ...usage } = call.body.usage ?? {};
    return await idempotent(call, "holds_settle", {
      p_hold_id: call.params.id,
      p_amount: call.body.amount,
      p_usage: call.body.usage && usage,
      p_correlation_id: correlation_id ?? call.context.traceId,
    });
  },
});

/** Releases a hold without a charge. */
export const releaseHold = defineRoute({
  method: "post",
  path: "/holds/{id}/release",
  summary: "Release a hold",
  who: ["secret"],
  limit: "none",
  idempotent: true,
  params: HoldPath,
  responses: { 200: ReleasedHold },
  errors: ["not_found", "hold_not_open"],
  handler: (call) =>
    idempotent(call, "holds_release", {
      p_hold_id: call.params.id,
      p_correlation_id: call.context.traceId,
    }),
});
