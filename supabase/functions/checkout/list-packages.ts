import { z } from "@hono/zod-openapi";
import { Package } from "../_shared/contracts/checkout.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/envelope.ts";

/** The packages on sale, by price. */
export const listPackages = defineRoute({
  method: "get",
  path: "/packages",
  summary: "Packages on sale",
  who: ["none"],
  limit: "default",
  idempotent: false,
  responses: { 200: z.array(Package) },
  handler: async ({ services }) => ok(await services.database.rpc("checkout_packages", {})),
});
