import { z } from "@hono/zod-openapi";
import { Rate } from "../_shared/contracts/usage.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/envelope.ts";

/** What a million tokens of each model costs now. Prices are decimal strings in USD. */
export const listRates = defineRoute({
  method: "get",
  path: "/rates",
  summary: "Current rate of every model",
  who: ["none"],
  limit: "default",
  idempotent: false,
  responses: { 200: z.array(Rate) },
  handler: async ({ services }) => ok(await services.database.rpc("usage_rates", {})),
});
