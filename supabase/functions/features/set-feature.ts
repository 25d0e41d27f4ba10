import { Feature, FeatureBody, FeaturePath } from "../_shared/contracts/features.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** Switches a product; every process follows within five seconds. */
export const setFeature = defineRoute({
  method: "post",
  path: "/{name}",
  summary: "Switch a feature",
  description: "Off, on, or on for a percentage of users. Repeating the request changes nothing.",
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
