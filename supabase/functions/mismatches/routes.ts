import { z } from "@hono/zod-openapi";
import {
  Mismatch,
  MismatchesQuery,
  MismatchPath,
  ResolveBody,
} from "../_shared/contracts/mismatches.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { idempotent } from "../_shared/http/idempotency/idempotent.ts";
import { page } from "../_shared/http/reply/reply.ts";

/** Lists differences between our records and Stripe's, newest first; only open ones by default. */
export const listMismatches = defineRoute({
  method: "get",
  path: "/",
  summary: "List mismatches",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: MismatchesQuery,
  responses: { 200: z.array(Mismatch) },
  handler: async ({ query, services }) => {
    const { mismatches, next_before } = await services.database.rpc("mismatches_list", {
      p_state: query.state === "all" ? null : query.state,
      p_kind: query.kind,
      p_payout_id: query.payout_id,
      p_before: query.cursor,
      p_limit: query.limit,
      p_user_id: query.user_id,
    });
    return page(mismatches, next_before);
  },
});

/** Resolves a mismatch by hand. A resolved mismatch stays as it is. */
export const resolveMismatch = defineRoute({
  method: "post",
  path: "/{id}/resolve",
  summary: "Resolve a mismatch",
  description:
    "The reason is audited. The difference stays resolved until our record or Stripe's changes.",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  params: MismatchPath,
  body: ResolveBody,
  responses: { 200: Mismatch },
  errors: ["not_found"],
  handler: (call) =>
    idempotent(call, "mismatches_resolve", {
      p_mismatch_id: call.params.id,
      p_reason: call.body.reason,
    }),
});
