import { z } from "@hono/zod-openapi";
import { WholeListQuery } from "../_shared/contracts/common.ts";
import { FeatureForMe } from "../_shared/contracts/features.ts";
import { isOnFor } from "../_shared/features/feature-flags.ts";
import { userIdOf } from "../_shared/core/caller.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { pageOfWhole } from "../_shared/http/reply.ts";

/** Which flags are on for the caller; for one who has not signed in, those that are on for everybody. */
export const listFeatures = defineRoute({
  method: "get",
  path: "/",
  summary: "List the features that are on for the caller",
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
