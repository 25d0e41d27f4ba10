import { z } from "@hono/zod-openapi";
import { Payout, PayoutPath, PayoutsQuery, PayoutWithLines } from "../_shared/contracts/payouts.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok, page } from "../_shared/http/reply/reply.ts";

/** Lists Stripe's payouts to our bank, newest first. */
export const listPayouts = defineRoute({
  method: "get",
  path: "/",
  summary: "List payouts",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: PayoutsQuery,
  responses: { 200: z.array(Payout) },
  handler: async ({ query, services }) => {
    const { payouts, next_before } = await services.database.rpc("payouts_list", {
      p_status: query.status,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(payouts, next_before);
  },
});

/** Reads a payout with its open mismatches and the sums of its lines. */
export const readPayout = defineRoute({
  method: "get",
  path: "/{id}",
  summary: "Read a payout",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: PayoutPath,
  responses: { 200: PayoutWithLines },
  errors: ["not_found"],
  handler: async ({ params, services }) =>
    ok(await services.database.rpc("payouts_read", { p_payout_id: params.id })),
});
