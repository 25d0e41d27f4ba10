import { z } from "@hono/zod-openapi";
import { WholeListQuery } from "../_shared/contracts/common.ts";
import { Package } from "../_shared/contracts/checkout.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { pageOfWhole } from "../_shared/http/reply.ts";

/** The packages on sale, by price. */
export const listPackages = defineRoute({
  method: "get",
  path: "/packages",
  summary: "List the packages on sale",
  who: ["none"],
  limit: "default",
  idempotent: false,
  query: WholeListQuery,
  responses: { 200: z.array(Package) },
  handler: async ({ query, services }) =>
    pageOfWhole(await services.database.rpc("checkout_packages", {}), query, ({ id }) => id),
});
