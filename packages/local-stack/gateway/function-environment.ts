/** Makes the environment variables of the Edge Functions, with the names that Supabase uses. */
import { aiEnvironment } from "../ai/models.ts";
import type { Keys } from "../core/keys.ts";
import type { StackContext } from "../stack/context.ts";

/** Variables that a stack sets when it starts and removes when it stops. */
export type Environment = Record<string, string>;

const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

const ANY_PORT = LOOPBACK_HOSTS.flatMap((host) => [`http://${host}:*`, `https://${host}:*`]);

/** Returns the origin of an address, and the same origin with each host name of this machine. */
function localOrigins(address: string): string[] {
  const { origin, protocol, port } = new URL(address);
  return [origin, ...LOOPBACK_HOSTS.map((host) => `${protocol}//${host}:${port}`)];
}

/**
 * Returns the origins that apps of this stack may have: this machine with any port, and the origins
 * in the options. The gateway's own origin comes first: by default a checkout returns to the first
 * origin, and the gateway has a page for this return. With a live key, the functions refuse an
 * origin whose port is `*`, so only the gateway, the console and the origins in the options are
 * allowed.
 */
export function appOrigins({ urls, options }: Pick<FunctionContext, "urls" | "options">): string[] {
  const local = options.live
    ? [...localOrigins(urls.api), ...localOrigins(urls.console)]
    : ANY_PORT;
  return [...new Set([new URL(urls.api).origin, ...options.origins, ...local])];
}

function named(key: string): string {
  return JSON.stringify({ default: key });
}

function jwks(keys: Keys): string {
  return JSON.stringify({ keys: [keys.publicJwk] });
}

/**
 * Makes the Edge Functions send email to the inbox, through Postmark's API. RESEND_API_KEY and
 * ALERT_WEBHOOK_URL are empty. If they were missing, the functions would use a developer's own
 * values and send real messages.
 */
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

/** The parts of a stack on which the environment variables of its Edge Functions depend. */
export interface FunctionContext extends Pick<StackContext, "urls" | "keys"> {
  options: Pick<StackContext["options"], "origins" | "environment" | "live">;
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
    // Without a Redis the value is empty, which the functions treat as not set. If the variable
    // were missing, the functions would use the Redis of the developer's own environment.
    UPSTASH_REDIS_REST_URL: urls.redis ?? "",
    UPSTASH_REDIS_REST_TOKEN: urls.redis === undefined ? "" : keys.redisToken,
    // Empty, because a local stack's errors must not appear in a real project's Sentry.
    SENTRY_DSN: "",
    APP_ORIGINS: appOrigins({ urls, options }).join(","),
    ...options.environment,
  };
}
