import { BatchBody, BatchResult } from "../_shared/contracts/usage.ts";
import { defineRoute, LARGE_BODY_LIMIT_BYTES } from "../_shared/http/define-route.ts";
import { once } from "../_shared/http/idempotency/once.ts";

/** Charges up to 1000 uses, each standing alone: one that is refused does not touch the others. */
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
    const reply = await once(call, "usage_charge_batch", {
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
