/** Feature flags: which product is on, and for which users. */
import { z } from "@hono/zod-openapi";

/** The flags that routes check; each is a row in the database. */
export const FeatureName = z.enum(["b2b", "b2c"]).openapi({
  description: "b2c sells credits, b2b sells bookings.",
});

const State = z.enum(["off", "on", "percentage"]);

const Percentage = z.number().min(0).max(100).multipleOf(0.01)
  .openapi({
    description:
      "The percentage of users, with at most two decimals. A user who is included stays included " +
      "when the percentage grows.",
  });

/** A flag's setting. */
export const Feature = z.object({
  name: z.string(),
  state: State,
  percentage: z.number(),
}).openapi("Feature");

/** A flag's value for the caller. */
export const FeatureForMe = z.object({
  name: z.string(),
  enabled: z.boolean().openapi({ description: "Whether the feature is on for the caller." }),
}).openapi("FeatureForMe");

export const FeaturePath = z.object({ name: FeatureName });

export const FeatureBody = z.strictObject({
  state: State,
  percentage: Percentage.optional().openapi({
    description: "Required if `state` is `percentage`; not allowed with any other state.",
  }),
}).openapi("FeatureRequest");
