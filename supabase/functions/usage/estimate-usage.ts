import { Estimate, EstimateBody } from "../_shared/contracts/usage.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** What a use would cost at the current rate, in credits. Moves nothing. */
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
