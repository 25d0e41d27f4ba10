import { z } from "@hono/zod-openapi";
import {
  RETRIED_AT_ONCE,
  RetriedWelcome,
  WelcomeGrant,
  WelcomeGrantPath,
  WelcomeGrantsQuery,
  WelcomeRetryBody,
  WelcomeRetryRefusedBody,
} from "../_shared/contracts/welcome.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { idempotent } from "../_shared/http/idempotency/idempotent.ts";
import { page } from "../_shared/http/reply/reply.ts";

/** Lists requests for welcome credits, newest first. */
export const listWelcomeGrants = defineRoute({
  method: "get",
  path: "/welcome-grants",
  summary: "List welcome credits: who got them, who waits, and who was refused",
  description: "Addresses are masked, unless `user_id` names the user.",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: WelcomeGrantsQuery,
  responses: { 200: z.array(WelcomeGrant) },
  errors: ["not_found"],
  handler: async ({ query, services }) => {
    const { welcome_grants, next_before } = await services.database.rpc("welcome_list", {
      p_status: query.status,
      p_refused_as: query.refused_as,
      p_user_id: query.user_id,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(welcome_grants, next_before);
  },
});

/** Requeues a refused request for welcome credits. */
export const retryWelcomeGrant = defineRoute({
  method: "post",
  path: "/welcome-grants/{id}/retry",
  summary: "Requeue a refused request for welcome credits",
  description:
    "A runner decides again, by the limits of today; the reason is audited. A user who is not " +
    "refused gets 409 `welcome_not_refused`, so repeated requests grant once.",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  params: WelcomeGrantPath,
  body: WelcomeRetryBody,
  responses: { 200: WelcomeGrant },
  errors: ["not_found", "welcome_not_refused"],
  handler: (call) =>
    idempotent(call, "welcome_retry", {
      p_request_nr: call.params.id,
      p_reason: call.body.reason,
    }),
});

/** Requeues all requests that were refused in a period, for example after a limit was changed. */
export const retryWelcomeGrants = defineRoute({
  method: "post",
  path: "/welcome-grants/retry",
  summary: "Requeue the refused requests for welcome credits",
  description:
    "`refused_as` selects one reason, for example `day_ceiling`. Runners decide again, " +
    "oldest first, by the limits of today. Deleted users are left out.",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  body: WelcomeRetryRefusedBody,
  responses: { 200: RetriedWelcome },
  handler: (call) =>
    idempotent(call, "welcome_retry_refused", {
      p_since: call.body.since,
      p_until: call.body.until,
      p_refused_as: call.body.refused_as,
      p_reason: call.body.reason,
      p_dry_run: call.body.dry_run,
      p_limit: RETRIED_AT_ONCE,
    }),
});
