import { z } from "@hono/zod-openapi";
import { WholeListQuery } from "../_shared/contracts/list-query.ts";
import { Feature, FeatureBody, FeatureForMe, FeaturePath } from "../_shared/contracts/features.ts";
import { userIdOf } from "../_shared/core/caller.ts";
import { isOnFor } from "../_shared/features/feature-flags.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok, pageOfWhole } from "../_shared/http/reply/reply.ts";

/**
 * Lists all features, and whether each is on for the caller. For an anonymous caller, a feature is on only if
 * it is on for all users.
 */
export const listFeatures = defineRoute({
  method: "get",
  path: "/",
  summary: "List the features, and whether each is on for the caller",
  who: ["user", "none"],
  limit: "default",
  idempotent: false,
  query: WholeListQuery,
  responses: { 200: z.array(FeatureForMe) },
  handler: async ({ caller, query, services }) => {
    const settings = await services.database.rpc("features_read", {});
    const userId = userIdOf(caller);
    const mine = settings.map((each) => ({ name: each.name, enabled: isOnFor(each, userId) }));
    return pageOfWhole(mine, query, ({ name }) => name);
  },
});

/** Sets for whom a feature is on. Every process reads the new setting within five seconds. */
export const setFeature = defineRoute({
  method: "post",
  path: "/{name}",
  summary: "Switch a feature",
  description:
    "Switches a feature off, on, or on for a percentage of users. Repeating the request changes " +
    "nothing.",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: FeaturePath,
  body: FeatureBody,
  responses: { 200: Feature },
  handler: async ({ params, body, services }) =>
    ok(
      await services.database.rpc("features_set", {
        p_name: params.name,
        p_state: body.state,
        p_percentage: body.percentage,
      }),
    ),
});
