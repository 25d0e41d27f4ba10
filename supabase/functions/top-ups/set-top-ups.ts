import { TopUps, TopUpsBody } from "../_shared/contracts/top-ups.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { once } from "../_shared/http/idempotency/once.ts";

/** Opts in to these terms, or out. A top-up that was paused goes on. */
export const setTopUps = defineRoute({
  method: "post",
  path: "/",
  summary: "Opt in to auto top-up, or out",
  description:
    "Below `threshold`, one charge of the saved card buys the credits that are missing to reach " +
    "`target`.",
  who: ["user"],
  limit: "top-ups",
  idempotent: true,
  feature: "b2c",
  body: TopUpsBody,
  responses: { 200: TopUps },
  errors: ["not_found"],
  handler: (call) =>
    once(call, "top_ups_set", {
      p_user_id: call.caller.userId,
      p_enabled: call.body.enabled,
      p_threshold: call.body.threshold,
      p_target: call.body.target,
      p_monthly_cap: call.body.monthly_cap,
    }),
});
