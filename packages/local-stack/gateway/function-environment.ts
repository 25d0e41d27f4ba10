/** What the functions find in their environment, under Supabase's names. */
import { aiEnvironment } from "../ai/models.ts";
import type { Keys } from "../core/keys.ts";
import type { StackContext } from "../stack/context.ts";

/** Names that a stack sets, and takes away again when it stops. */
export type Environment = Record<string, string>;

const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Origins that apps of this stack are served from: every port of this machine, and what was named. The
 * gateway's own is the first, where a checkout returns to by default: there is a page behind it.
 */
export function appOrigins(apiUrl: string, named: string[]): string[] {
  const loopback = LOOPBACK_HOSTS.flatMap((host) => [`http://${host}:*`, `https://${host}:*`]);
  return [...new Set([new URL(apiUrl).origin, ...named, ...loopback])];
}

function named(key: string): string {
  return JSON.stringify({ default: key });
}

function jwks(keys: Keys): string {
  return JSON.stringify({ keys: [keys.publicJwk] });
}

/** Postmark's API in front of the inbox. Empty is absent: a developer's own keys would send real mail. */
function mailEnvironment(url: string): Environment {
  return {
    MAIL_URL: url,
    MAIL_FROM: "Farthing <credits@example.com>",
    POSTMARK_SERVER_TOKEN: "local",
    RESEND_API_KEY: "",
    ALERT_EMAILS: "operators@example.com",
    ALERT_WEBHOOK_URL: "",
  };
}

/** What of a stack its functions are told. */
export interface FunctionContext extends Pick<StackContext, "urls" | "keys"> {
  options: Pick<StackContext["options"], "origins" | "environment">;
}

export function functionEnvironment({ urls, keys, options }: FunctionContext): Environment {
  return {
    SUPABASE_URL: urls.api,
    SUPABASE_PUBLISHABLE_KEYS: named(keys.publishableKey),
    SUPABASE_SECRET_KEYS: named(keys.secretKey),
    SUPABASE_JWKS: jwks(keys),
    SUPABASE_DB_URL: urls.database,
    DATABASE_POOL_URL: urls.database,
    STRIPE_API_URL: urls.stripe,
    STRIPE_SECRET_KEY: keys.stripeSecretKey,
    STRIPE_WEBHOOK_SECRET: keys.stripeWebhookSecret,
    ...mailEnvironment(urls.mail),
    NOTIFICATION_SECRET: keys.notificationSecret,
    ...aiEnvironment(urls.ai, keys.aiKey),
    // Empty counts as absent; what a developer's own environment names would be a real Redis.
    UPSTASH_REDIS_REST_URL: urls.redis ?? "",
    UPSTASH_REDIS_REST_TOKEN: urls.redis === undefined ? "" : keys.redisToken,
    // Nor do failures of a stack belong among those of a real project.
    SENTRY_DSN: "",
    APP_ORIGINS: appOrigins(urls.api, options.origins).join(","),
    ...options.environment,
  };
}
