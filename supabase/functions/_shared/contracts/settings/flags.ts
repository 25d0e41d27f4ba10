/** Feature flags, for operators. */
import { z } from "@hono/zod-openapi";
import { TimestampOut } from "../time-fields.ts";
import { Feature, FeatureBody, FeatureName } from "../features.ts";
import { changeFields, PastChange, VersionOut } from "./changes.ts";

// `extend` is not used: with it, the OpenAPI document would combine two schemas, each of which
// refuses the fields of the other schema.
const FlagChange = z.strictObject({ name: FeatureName, ...FeatureBody.shape })
  .openapi("FlagChange");

export const FlagsBody = z.strictObject({
  flags: z.array(FlagChange).min(1).max(100).openapi({
    description: "The flags to set. Other flags stay.",
  }),
  ...changeFields,
}).openapi("FlagsRequest");

const FlagSetting = Feature.extend({
  changed_by: z.string().nullable().openapi({ description: "Null if no one has changed it." }),
  changed_at: TimestampOut,
}).openapi("FlagSetting");

export const FlagSettings = z.object({
  version: VersionOut,
  flags: z.array(FlagSetting),
  history: z.array(PastChange).openapi({ description: "The last 50 changes, newest first." }),
}).openapi("FlagSettings");
