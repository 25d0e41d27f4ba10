import { z } from "@hono/zod-openapi";
import { Dispute, DisputePath, DisputesQuery } from "../_shared/contracts/disputes.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok, page } from "../_shared/http/reply/reply.ts";

/**
 * Lists disputes. First come those that wait for evidence, ordered by deadline; then the others, newest
 * first.
 */
export const listDisputes = defineRoute({
  method: "get",
  path: "/",
  summary: "List disputes",
  description:
    "Disputes that wait for evidence come first, the next deadline at the top; then the others, newest " +
    "first. Answer a dispute in Stripe's dashboard.",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: DisputesQuery,
  responses: { 200: z.array(Dispute) },
  errors: ["not_found"],
  handler: async ({ query, services }) => {
    const { disputes, next_before } = await services.database.rpc("disputes_list", {
      p_status: query.status,
      p_order_id: query.order_id,
      p_user_id: query.user_id,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(disputes, next_before);
  },
});

/** Reads a dispute by Stripe's id. */
export const readDispute = defineRoute({
  method: "get",
  path: "/{id}",
  summary: "Read a dispute",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: DisputePath,
  responses: { 200: Dispute },
  errors: ["not_found"],
  handler: async ({ params, services }) =>
    ok(await services.database.rpc("disputes_read", { p_dispute_id: params.id })),
});
