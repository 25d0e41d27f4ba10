import { z } from "@hono/zod-openapi";
import { WholeListQuery } from "../_shared/contracts/list-query.ts";
import {
  BatchBody,
  BatchResult,
  Charge,
  Estimate,
  EstimateBody,
  Rate,
  UsageBody,
} from "../_shared/contracts/usage.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { LARGE_BODY_LIMIT_BYTES } from "../_shared/http/input/read-body.ts";
import { idempotent } from "../_shared/http/idempotency/idempotent.ts";
import { ok, pageOfWhole } from "../_shared/http/reply/reply.ts";

/** Lists the current rate of each model. Prices are decimal strings in USD for a million tokens. */
export const listRates = defineRoute({
  method: "get",
  path: "/rates",
  summary: "List the current rate of each model",
  who: ["none"],
  limit: "default",
  idempotent: false,
  query: WholeListQuery,
  responses: { 200: z.array(Rate) },
  handler: async ({ query, services }) =>
    pageOfWhole(await services.database.rpc("usage_rates", {}), query, ({ model }) => model),
});

/** Returns the price of usage at the current rate, in credits. Moves no credits. */
export const estimateUsage = defineRoute({
  method: "post",
  path: "/estimate",
  summary: "Price a use without charging it",
  who: ["user", "secret"],
  limit: "default",
  idempotent: false,
  body: EstimateBody,
  responses: { 200: Estimate },
  errors: ["unknown_model"],
  handler: async ({ body, services }) =>
    ok(await services.database.rpc("usage_estimate", { p_usage: body })),
});

/**
 * Charges one use of a model. Each `event_id` of a user is charged at most once, with no time
 * limit. A repeated report gets 200 with the first charge and `duplicate: true`. A report with the
 * same `event_id` but different contents gets 409 `usage_conflict`.
 */
export const chargeUsage = defineRoute({
  method: "post",
  path: "/",
  summary: "Charge one use of a model",
  who: ["secret"],
  limit: "usage",
  idempotent: true,
  body: UsageBody,
  responses: { 200: Charge, 201: Charge },
  errors: [
    "insufficient_credits",
    "spend_cap_reached",
    "not_found",
    "unknown_model",
    "usage_conflict",
  ],
  handler: async (call) => {
    const { user_id, correlation_id, event_id = call.idempotency.key, ...usage } = call.body;
    return await idempotent(call, "usage_charge", {
      p_user_id: user_id,
      p_usage: { event_id, ...usage },
      p_correlation_id: correlation_id ?? call.context.traceId,
    });
  },
});

/** Charges up to 1,000 usage events. A refused event does not affect the other events. */
export const chargeBatch = defineRoute({
  method: "post",
  path: "/batch",
  summary: "Charge many uses in one call",
  who: ["secret"],
  limit: "usage",
  idempotent: true,
  bodyLimit: LARGE_BODY_LIMIT_BYTES,
  body: BatchBody,
  responses: { 200: BatchResult },
  handler: async (call) => {
    const reply = await idempotent(call, "usage_charge_batch", {
      p_events: call.body.events,
      p_correlation_id: call.context.traceId,
    });
    const conflicts = reply.data.rejected.filter(({ code }) => code === "usage_conflict").length;
    if (conflicts > 0) {
      call.services.metrics.count("usage_conflicts", { from: "batch" }, conflicts);
    }
    return reply;
  },
});
