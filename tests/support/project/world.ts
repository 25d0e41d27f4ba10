/** The project under test: its URLs, and the keys of all callers. */
import { dirname } from "node:path";
import {
  need,
  readSettings,
  type Settings,
  STACK_ENV_FILE,
} from "../../../scripts/project/project-settings.ts";

export interface World {
  /** The base URL of REST, Auth and the functions, as `supabase-js` needs it. */
  readonly url: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  /**
   * A connection string of the project's owner, for the proof and for work that no endpoint does.
   */
  readonly databaseUrl: string;
  readonly stripeUrl: string;
  readonly stripeKey: string;
  readonly webhookSecret: string;
  /**
   * The emulated provider of language models: OpenAI's API under /v1. Under /_control it lists the requests
   * that it has received.
   */
  readonly aiUrl: string;
  readonly aiKey: string;
  /**
   * The emulated mail service. It serves the APIs of Postmark and Resend, and the received emails under
   * /messages.
   */
  readonly mailUrl: string;
  readonly notificationSecret: string;
  /** The URL of Upstash's REST API; undefined if the stack has no Redis. */
  readonly redisUrl: string | undefined;
  readonly redisToken: string | undefined;
  /** The stack's data directory. Without it, a test can't kill the database. */
  readonly dataDir: string | undefined;
}

/**
 * Reads the settings of the test runner's stack from the environment. If there are none, reads the settings
 * of the stack that `deno task start` runs.
 */
export function readWorld(settings: Settings = readSettings()): World {
  const isDefault = settings.source === STACK_ENV_FILE;
  return {
    url: need(settings, "SUPABASE_URL"),
    publishableKey: need(settings, "SUPABASE_PUBLISHABLE_KEY"),
    secretKey: need(settings, "SUPABASE_SECRET_KEY"),
    databaseUrl: need(settings, "SUPABASE_DB_URL"),
    stripeUrl: need(settings, "STRIPE_API_URL"),
    stripeKey: need(settings, "STRIPE_SECRET_KEY"),
    webhookSecret: need(settings, "STRIPE_WEBHOOK_SECRET"),
    aiUrl: need(settings, "AI_URL"),
    aiKey: need(settings, "AI_API_KEY"),
    mailUrl: need(settings, "MAIL_URL"),
    notificationSecret: need(settings, "NOTIFICATION_SECRET"),
    redisUrl: settings.values.UPSTASH_REDIS_REST_URL,
    redisToken: settings.values.UPSTASH_REDIS_REST_TOKEN,
    dataDir: isDefault ? `${dirname(STACK_ENV_FILE)}/data` : settings.values.FARTHING_DATA,
  };
}
