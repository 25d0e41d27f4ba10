import { SpendCap, SpendCapBody } from "../_shared/contracts/spend-caps.ts";
import { subjectOf } from "../_shared/core/caller.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { once } from "../_shared/http/idempotency/once.ts";

/** Sets the most that may be spent in a day, or takes that away. */
export const setSpendCap = defineRoute({
  method: "post",
  path: "/spend-cap",
  summary: "Set the daily spend cap",
  description:
    "Above it, debits, usage and holds get 402 `spend_cap_reached`, whose details say when the " +
    "cap resets.",
  who: ["user", "secret"],
  limit: "default",
  idempotent: true,
  body: SpendCapBody,
  responses: { 200: SpendCap },
  errors: ["not_found"],
  handler: (call) =>
    once(call, "spend_caps_set", {
      p_user_id: subjectOf(call.caller, call.body.user_id),
      p_daily: call.body.daily,
    }),
});
