/** The parts that all settings share: how a change is requested, and what it changes. */
import { z } from "@hono/zod-openapi";
import { text } from "../fields.ts";
import { Timestamp, TimestampOut } from "../time-fields.ts";

const Version = z.string().openapi({ example: "4711" });

/** The version of the settings in a response. */
export const VersionOut = Version.openapi({
  description: "Every change of these settings raises the version, also a change by SQL.",
});

/**
 * The time at which a change of settings takes effect. This schema accepts a past time, because a
 * past time is valid in a request that changes nothing. Only SQL can find out whether the request
 * changes something; if it does, SQL refuses a past time.
 */
export const EffectiveFrom = Timestamp.optional().openapi({
  description: "When the change begins, at most two years from now; by default, now. A moment in " +
    "the past is accepted only if the request changes no setting.",
  example: "2027-01-01T00:00:00Z",
});

/** The fields of every request that changes settings. */
export const changeFields = {
  version: z.string().regex(/^(0|[1-9]\d{0,18})$/, "version must be the version that GET returned.")
    .openapi({
      description:
        "The version that you have read. If the settings have changed since then, the request is " +
        "refused with 409 `version_conflict`.",
      example: "4711",
    }),
  reason: text(500).optional().openapi({
    description: "Why the settings change. Required unless `dry_run` is true.",
  }),
  dry_run: z.boolean().default(false).openapi({
    description: "true returns what would change, and changes nothing.",
  }),
};

const FieldChange = z.object({
  field: z.string(),
  from: z.string().nullable().openapi({ description: "Null if there was no value." }),
  to: z.string().nullable().openapi({ description: "Null if there is no value any more." }),
}).openapi("SettingFieldChange");

/** One thing that a request changes, or would change if it were not a dry run. */
const SettingChange = z.object({
  name: z.string(),
  change: z.enum(["added", "changed", "removed", "restored", "retired"]),
  version: z.int().nullable().openapi({
    description:
      "The version of the package, the rate, the accounting policy or the code after the " +
      "change; null for other settings.",
  }),
  fields: z.array(FieldChange),
}).openapi("SettingChange");

/** The response to a change of settings. */
export const SettingsChanged = z.object({
  version: VersionOut,
  dry_run: z.boolean(),
  changes: z.array(SettingChange),
  unchanged: z.int().openapi({ description: "The number of items without a change." }),
}).openapi("SettingsChanged");

/** An earlier change of settings, from the audit. */
export const PastChange = z.object({
  version: VersionOut,
  changed_at: TimestampOut,
  author: z.string().openapi({
    description: "operator:<id>, key:<key's name>, sql:<role> or task:install.",
  }),
  reason: z.string().nullable(),
  name: z.string().nullable().openapi({
    description:
      "The thing that was changed: the package's slug, the model, the alert rule, the flag, the " +
      "accounting policy, the journal's account or the blocked domain; null for `/settings/policy`.",
  }),
  fields: z.array(FieldChange),
}).openapi("PastSettingChange");
