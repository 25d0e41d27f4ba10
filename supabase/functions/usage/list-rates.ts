import { z } from "@hono/zod-openapi";
import { WholeListQuery } from "../_shared/contracts/common.ts";
import { Rate } from "../_shared/contracts/usage.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { pageOfWhole } from "../_shared/http/reply.ts";

/** What a million tokens of each model costs now. Prices are decimal strings in USD. */
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
