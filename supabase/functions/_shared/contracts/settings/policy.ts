/** The policy's settings, and the figures of alert rules. */
import { z } from "@hono/zod-openapi";
import { text } from "../fields.ts";
import { isLocale, LANGUAGE_CODES } from "../languages.ts";
import { changeFields, PastChange, VersionOut } from "./changes.ts";

/**
 * SQL checks a value against the kind of its setting; the number 5 and the text "5" mean the same.
 * Null removes a text, a URL or an email address.
 */
const Value = z.union([text(2_000), z.int(), z.boolean(), z.null()]);

const MAX_CHANGES = 100;

/**
 * SQL checks the values of these settings, too. They are also checked here, because SQL's error
 * does not say which form is expected, and SQL has no list of the languages.
 */
const FORMS = {
  shop_locale: {
    fits: isLocale,
    error: `shop_locale must be one of ${LANGUAGE_CODES.join(", ")}, with a region if you like, ` +
      "such as de-AT, or null.",
  },
  shop_accent_color: {
    fits: (value: string) => /^#[0-9a-f]{6}$/i.test(value),
    error: "shop_accent_color must be # and six hexadecimal digits, such as #0f766e, or null.",
  },
};

type Form = keyof typeof FORMS;

function hasForm(name: Form) {
  return (changes: Record<string, unknown>) => {
    const value = changes[name];
    return value === undefined || value === null || FORMS[name].fits(String(value));
  };
}

export const PolicyBody = z.strictObject({
  changes: z.record(z.string().max(63), Value).refine(
    (changes) => {
      const { length } = Object.keys(changes);
      return length > 0 && length <= MAX_CHANGES;
    },
    `changes must name 1 to ${MAX_CHANGES} settings.`,
  )
    .refine(hasForm("shop_locale"), { error: FORMS.shop_locale.error, path: ["shop_locale"] })
    .refine(hasForm("shop_accent_color"), {
      error: FORMS.shop_accent_color.error,
      path: ["shop_accent_color"],
    }).openapi({
      description: "New values by the settings' names. Durations are in seconds.",
      example: { low_balance: "250", top_up_cool_down: 900 },
    }),
  ...changeFields,
}).openapi("PolicyRequest");

const Setting = z.object({
  name: z.string(),
  value: z.string().nullable().openapi({
    description: "Null if a text, url or email is not set. No other kind can be null.",
  }),
  default: z.string().nullable(),
  kind: z.enum([
    ...["integer", "decimal", "duration", "boolean", "choice", "currency"] as const,
    ...["text", "url", "email"] as const,
  ]),
  unit: z.string().nullable().openapi({ description: "Null if the value has no unit." }),
  lowest: z.string().nullable(),
  highest: z.string().nullable().openapi({
    description:
      "The highest number or duration; for a text, url or email, the maximum number of characters.",
  }),
  choices: z.array(z.string()).nullable(),
  description: z.string(),
}).openapi("PolicySetting");

export const PolicySettings = z.object({
  version: VersionOut,
  settings: z.array(Setting),
  history: z.array(PastChange).openapi({ description: "The last 50 changes, newest first." }),
}).openapi("PolicySettings");

const Figure = z.union([text(30), z.int()]).openapi({
  description: "A decimal number with at most 6 decimals.",
});
const Seconds = z.int().min(0).max(2_592_000).openapi({ description: "In seconds." });

const RuleChange = z.strictObject({
  rule: text(40),
  threshold: Figure.optional(),
  fine_at: Figure.optional(),
  factor: Figure.nullable().optional(),
  minimum: z.int().min(0).max(999_999_999).optional(),
  period: Seconds.optional(),
  baseline: Seconds.nullable().optional(),
  fires_after: Seconds.optional(),
  resolves_after: Seconds.optional(),
  enabled: z.boolean().optional(),
}).openapi("AlertRuleChange");

export const AlertRulesBody = z.strictObject({
  rules: z.array(RuleChange).min(1).max(100).openapi({
    description: "The rules to change, each with its new figures. Other rules and figures stay.",
  }),
  ...changeFields,
}).openapi("AlertRulesRequest");

const figures = {
  threshold: z.string(),
  fine_at: z.string(),
  factor: z.string().nullable(),
  minimum: z.string(),
  period: z.string().openapi({
    description: "In seconds, like `baseline`, `fires_after` and `resolves_after`.",
  }),
  baseline: z.string().nullable(),
  fires_after: z.string(),
  resolves_after: z.string(),
};

const AlertRule = z.object({
  rule: z.string(),
  severity: z.enum(["critical", "warning"]),
  enabled: z.boolean(),
  ...figures,
  unit: z.string().nullable().openapi({ description: "The unit of `threshold` and `fine_at`." }),
  description: z.string().nullable(),
  runbook: z.string(),
  defaults: z.object(figures).openapi({ description: "The figures as installed." }),
}).openapi("AlertRuleSetting");

export const AlertSettings = z.object({
  version: VersionOut,
  rules: z.array(AlertRule),
  history: z.array(PastChange).openapi({ description: "The last 50 changes, newest first." }),
}).openapi("AlertSettings");
