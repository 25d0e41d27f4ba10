import { FraudPolicy, FraudPolicyBody } from "../_shared/contracts/fraud.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { once } from "../_shared/http/idempotency/once.ts";

/** Changes the limits that are named; the next checkout is held to them. */
export const changePolicy = defineRoute({
  method: "post",
  path: "/policy",
  summary: "Change the limits of checkouts",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  body: FraudPolicyBody,
  responses: { 200: FraudPolicy },
  handler: (call) =>
    once(call, "fraud_policy_set", {
      p_changes: call.body,
    }),
});
