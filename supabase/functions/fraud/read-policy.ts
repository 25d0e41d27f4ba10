import { FraudPolicy } from "../_shared/contracts/fraud.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** The limits that checkouts are held to, and who changed them last. */
export const readPolicy = defineRoute({
  method: "get",
  path: "/policy",
  summary: "Read the limits of checkouts",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  responses: { 200: FraudPolicy },
  handler: async ({ services }) => ok(await services.database.rpc("fraud_policy_read", {})),
});
