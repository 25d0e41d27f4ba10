import { TopUps, TopUpsBody, TopUpsQuery } from "../_shared/contracts/top-ups.ts";
import { subjectOf } from "../_shared/core/whose-data.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { idempotent } from "../_shared/http/idempotency/idempotent.ts";
import { ok } from "../_shared/http/reply/reply.ts";

/** Reads a user's auto top-up, which is off until the user opts in. */
export const readTopUps = defineRoute({
  method: "get",
  path: "/",
  summary: "Read the auto top-up of a user",
  who: ["user", "operator"],
  limit: "default",
  idempotent: false,
  query: TopUpsQuery,
  responses: { 200: TopUps },
  errors: ["not_found"],
  handler: async ({ caller, query, services }) =>
    ok(
      await services.database.rpc("top_ups_read", {
        p_user_id: subjectOf(caller, query.user_id),
      }),
    ),
});

/** Opts in to or out of auto top-up, with the given settings. Opting in resumes a paused top-up. */
export const setTopUps = defineRoute({
  method: "post",
  path: "/",
  summary: "Opt in to auto top-up, or opt out",
  description:
    "Below `threshold`, one charge of the saved card buys the credits that are missing to reach " +
    "`target`.",
  who: ["user"],
  limit: "top-ups",
  idempotent: true,
  feature: "b2c",
  body: TopUpsBody,
  responses: { 200: TopUps },
  errors: ["not_found"],
  handler: (call) =>
    idempotent(call, "top_ups_set", {
      p_user_id: call.caller.userId,
      p_enabled: call.body.enabled,
      p_threshold: call.body.threshold,
      p_target: call.body.target,
      p_monthly_cap: call.body.monthly_cap,
    }),
});

/** Opts out of auto top-up. The route has no feature flag, so that a user can always opt out. */
export const stopTopUps = defineRoute({
  method: "delete",
  path: "/",
  summary: "Opt out of auto top-up",
  who: ["user"],
  limit: "default",
  idempotent: false,
  responses: { 200: TopUps },
  errors: ["not_found"],
  handler: async ({ caller, services }) =>
    ok(await services.database.rpc("top_ups_stop", { p_user_id: caller.userId })),
});
