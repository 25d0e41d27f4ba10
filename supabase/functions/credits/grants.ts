import { z } from "@hono/zod-openapi";
import {
  Grant,
  GrantBody,
  GrantPath,
  GrantPreview,
  GrantsQuery,
  RecordedGrant,
} from "../_shared/contracts/credits.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { idempotent } from "../_shared/http/idempotency/idempotent.ts";
import { ok, page } from "../_shared/http/reply/reply.ts";

/**
 * Grants credits without a payment: a promotion or a correction. Answers with the new lot, or with
 * a grant that waits for a second operator.
 */
export const grantCredits = defineRoute({
  method: "post",
  path: "/grants",
  summary: "Grant credits to a user",
  description:
    "Operators can't grant credits to themselves. Above a ceiling of the policy the response is " +
    "202: the grant is pending until another operator confirms it. With `dry_run` the response is 200 " +
    "with what the grant would change.",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  body: GrantBody,
  responses: { 200: z.union([Grant, GrantPreview]), 201: Grant, 202: RecordedGrant },
  errors: ["grant_not_allowed", "reference_conflict", "not_found"],
  handler: async (call) => {
    const { body, services, context } = call;
    const terms = {
      p_user_id: body.user_id,
      p_amount: body.amount,
      p_source: body.source,
      p_expires_at: body.expires_at,
      p_priority: body.priority,
      p_reason: body.reason,
      p_reference_id: body.reference_id,
      p_once: body.once,
    };
    // A dry run uses no idempotency key, because its figures must be computed anew for each
    // request.
    if (body.dry_run) return ok(await services.database.rpc("grants_preview", terms));
    return await idempotent(call, "credits_grant", { ...terms, p_correlation_id: context.traceId });
  },
});

/**
 * Lists recorded grants, newest first. A grant is recorded if the policy's ceilings apply to its
 * author, or if its amount exceeds the ceiling for one grant. Ceilings apply to operators and, if
 * the policy says so, to secret keys.
 */
export const listGrants = defineRoute({
  method: "get",
  path: "/grants",
  summary: "List grants made by hand",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: GrantsQuery,
  responses: { 200: z.array(RecordedGrant) },
  handler: async ({ query, services }) => {
    const { grants, next_before } = await services.database.rpc("grants_list", {
      p_status: query.status,
      p_before: query.cursor,
      p_limit: query.limit,
      p_user_id: query.user_id,
    });
    return page(grants, next_before);
  },
});

/** Reads a grant, with the operators who requested and decided it. */
export const readGrant = defineRoute({
  method: "get",
  path: "/grants/{id}",
  summary: "Read a grant",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: GrantPath,
  responses: { 200: RecordedGrant },
  errors: ["not_found"],
  handler: async ({ params, services }) =>
    ok(await services.database.rpc("grants_read", { p_grant_id: params.id })),
});

/** The fields that confirmGrant and declineGrant share. */
const DECISION = {
  method: "post",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  params: GrantPath,
  responses: { 200: RecordedGrant },
} as const;

/** Confirms a pending grant, so that its credits are granted. */
export const confirmGrant = defineRoute({
  ...DECISION,
  path: "/grants/{id}/confirm",
  summary: "Confirm a pending grant",
  description: "For an operator who neither requested the grant nor receives it.",
  errors: ["not_found", "grant_not_allowed", "grant_not_pending"],
  handler: (call) =>
    idempotent(call, "grants_decide", { p_grant_id: call.params.id, p_confirm: true }),
});

/** Declines a pending grant. The operator who requested the grant may decline it, too. */
export const declineGrant = defineRoute({
  ...DECISION,
  path: "/grants/{id}/decline",
  summary: "Decline a pending grant",
  errors: ["not_found", "grant_not_pending"],
  handler: (call) =>
    idempotent(call, "grants_decide", { p_grant_id: call.params.id, p_confirm: false }),
});
