/**
 * The environment variables that each Edge Function needs, and what happens without them. `deno
 * task secrets:check` reads this table. The type of the table ensures that it lists exactly the
 * variables that env.ts reads.
 */
import type { Env } from "./env.ts";

export type EnvName = keyof Env;

export const FUNCTIONS = [
  "ai",
  "alerts",
  "bookings",
  "checkout",
  "credits",
  "customers",
  "disputes",
  "features",
  "fraud",
  "health",
  "job-runner",
  "jobs",
  "mismatches",
  "notification-runner",
  "notifications",
  "payment-runner",
  "payouts",
  "proofs",
  "providers",
  "refunds",
  "reports",
  "send-notification",
  "settings",
  "stripe-webhook",
  "top-ups",
  "usage",
  "webhook-events",
] as const;

export type FunctionName = typeof FUNCTIONS[number];

export interface EnvNeed {
  readonly by: readonly FunctionName[];
  /**
   * The Edge Functions that work without the variable, but report whether it is set and test its
   * value.
   */
  readonly checkedBy?: readonly FunctionName[];
  /**
   * `needed`: without the variable, the functions in `by` answer 503. `optional`: without the variable, a
   * feature is missing. `platform`: the platform sets the variable. `local`: the variable is for emulators
   * and is not set in production.
   */
  readonly is: "needed" | "optional" | "platform" | "local";
  /** This variable is not needed if the variable named here is set. */
  readonly or?: EnvName;
  /** This variable is needed only if the variable named here is set. */
  readonly with?: EnvName;
}

const USES_STRIPE: readonly FunctionName[] = [
  "bookings",
  "checkout",
  "payment-runner",
  "providers",
  "refunds",
  "stripe-webhook",
  "top-ups",
  "webhook-events",
];
const USES_MODELS: readonly FunctionName[] = ["ai", "job-runner", "jobs"];
const REDIRECTS: readonly FunctionName[] = ["checkout", "providers", "top-ups"];
const NOTIFIES: readonly FunctionName[] = ["notification-runner"];
const CHECKS_SERVICES: readonly FunctionName[] = ["health"];

const platform: EnvNeed = { by: FUNCTIONS, is: "platform" };
const everywhere: EnvNeed = { by: FUNCTIONS, is: "optional" };
const stripe: EnvNeed = { by: USES_STRIPE, checkedBy: CHECKS_SERVICES, is: "needed" };
const models: EnvNeed = { by: USES_MODELS, checkedBy: CHECKS_SERVICES, is: "needed" };
const mail: EnvNeed = { by: NOTIFIES, is: "needed" };
const alerts: EnvNeed = { by: NOTIFIES, is: "optional" };

export const ENV_NEEDS: Readonly<Record<EnvName, EnvNeed>> = {
  SUPABASE_URL: platform,
  SUPABASE_PUBLISHABLE_KEYS: platform,
  SUPABASE_SECRET_KEYS: platform,
  SUPABASE_JWKS: platform,
  FARTHING_PUBLIC_URL: everywhere,
  DATABASE_POOL_URL: everywhere,
  STRIPE_SECRET_KEY: stripe,
  STRIPE_WEBHOOK_SECRET: stripe,
  STRIPE_MODE: { by: USES_STRIPE, is: "optional" },
  STRIPE_API_URL: { by: USES_STRIPE, is: "local" },
  APP_ORIGINS: { by: REDIRECTS, is: "needed" },
  IP_HASH_KEY: everywhere,
  UPSTASH_REDIS_REST_URL: { ...everywhere, with: "UPSTASH_REDIS_REST_TOKEN" },
  UPSTASH_REDIS_REST_TOKEN: { ...everywhere, with: "UPSTASH_REDIS_REST_URL" },
  MAIL_FROM: mail,
  MAIL_URL: { by: NOTIFIES, is: "local" },
  POSTMARK_SERVER_TOKEN: { ...mail, or: "RESEND_API_KEY" },
  RESEND_API_KEY: { ...mail, or: "POSTMARK_SERVER_TOKEN" },
  NOTIFICATION_SECRET: { by: ["send-notification"], is: "needed" },
  ALERT_EMAILS: alerts,
  ALERT_WEBHOOK_URL: alerts,
  ALERT_WEBHOOK_SECRET: alerts,
  RUNBOOKS_URL: alerts,
  SENTRY_DSN: everywhere,
  AI_BASE_URL: models,
  AI_API_KEY: models,
  AI_MODELS: models,
  AI_RESEARCH_MODEL: models,
};
