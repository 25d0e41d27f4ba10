/**
 * Lists, for each secret, the steps that replace it without an interruption. Also says which of
 * these steps the command carries out.
 */
import type { EnvName } from "../../supabase/functions/_shared/core/env-needs.ts";

export interface Rotation {
  /** The maker of the new value: this command, at random (`us`), or another service (`them`). */
  readonly madeBy: "us" | "them";
  /** The prefix of a random value. */
  readonly prefix?: string;
  /**
   * Whether the functions accept the new and the old value at the same time, written as `new,old`.
   */
  readonly takesTwo?: true;
  /**
   * Whether several values are in use at the same time, one for each webhook endpoint at Stripe.
   * The command cannot know which of them is old.
   */
  readonly isPerEndpoint?: true;
  /** The effects of the rotation on users, senders and receivers. */
  readonly note: string;
  readonly steps: readonly string[];
}

/**
 * Secrets that are not environment variables of the functions: the database's key in the Vault, and
 * the keys that sign users' tokens.
 */
export type OtherSecret = "farthing_secret_key" | "JWT_KEYS";

const SET =
  "supabase secrets set --env-file FILE --remote=REF --yes (the functions read it at their next start)";
const CHECK = "deno task secrets:check --remote --project-ref REF, then GET /health/ready";

const WITH_SQL =
  "In the SQL editor: select vault.update_secret(id, 'sb_secret_…') from vault.secrets " +
  "where name = 'farthing_secret_key'";

/**
 * Returns the rotation of an API key whose service allows two keys at a time: the new key is set
 * before the old one is deleted.
 */
function key(where: string, note: string): Rotation {
  return {
    madeBy: "them",
    note,
    steps: [
      `Create a second key: ${where}`,
      "Replace the old key by the new one in FILE",
      SET,
      CHECK,
      "Delete the old key in the console",
    ],
  };
}

const STRIPE: Pick<
  Record<EnvName, Rotation>,
  "STRIPE_SECRET_KEY" | "STRIPE_WEBHOOK_SECRET"
> = {
  STRIPE_SECRET_KEY: key(
    "Stripe, Developers, API keys; a restricted one with the rights that docs/deploy.md lists",
    'The new key must have the same mode. If the old key leaked, use "Roll key" in Stripe, expiring now.',
  ),
  STRIPE_WEBHOOK_SECRET: {
    madeBy: "them",
    takesTwo: true,
    isPerEndpoint: true,
    note:
      "No event is lost: for 24 hours Stripe signs with both secrets, and the functions try each of them.",
    steps: [
      "Stripe, Developers, Webhooks, the endpoint, Roll secret: let the old secret expire in 24 hours",
      "Pipe the new secret to --stdin --write FILE, which writes it before the existing ones",
      SET,
      "When the old secret has expired: --finish --write FILE, and set FILE again. With an endpoint " +
      "for connected accounts, remove the old secret from FILE by hand instead",
    ],
  },
};

const OURS: Pick<
  Record<EnvName, Rotation>,
  "NOTIFICATION_SECRET" | "ALERT_WEBHOOK_SECRET" | "IP_HASH_KEY"
> = {
  NOTIFICATION_SECRET: {
    madeBy: "us",
    takesTwo: true,
    note: "No request is lost: the functions accept both secrets until you finish.",
    steps: [
      "--write FILE writes a new secret before the old one",
      SET,
      "Give the new secret to every back end that calls POST /send-notification",
      "When no back end sends the old secret any more: --finish --write FILE, and set FILE again",
    ],
  },
  ALERT_WEBHOOK_SECRET: {
    madeBy: "us",
    prefix: "whsec_",
    note:
      "The receiver must accept both secrets first: alerts that it refuses are retried, then dead-lettered.",
    steps: [
      "--write FILE writes a new secret",
      "Let the receiver accept the new secret beside the old one",
      SET,
      "Remove the old secret from the receiver",
    ],
  },
  IP_HASH_KEY: {
    madeBy: "us",
    note:
      "Addresses get other hashes: limits and checks by address start again, and blocked networks " +
      "must be blocked again.",
    steps: ["--write FILE writes a new key", SET],
  },
};

const HOSTED: Pick<
  Record<EnvName, Rotation>,
  "SUPABASE_SECRET_KEYS" | "DATABASE_POOL_URL" | "UPSTASH_REDIS_REST_TOKEN"
> = {
  SUPABASE_SECRET_KEYS: {
    madeBy: "them",
    note: "Without an IP_HASH_KEY, the key named default also hashes addresses: see IP_HASH_KEY.",
    steps: [
      "Dashboard, Settings, API keys: add a secret key; the platform gives it to the functions",
      "Give the new key to the back ends that use the old one, and to the database (farthing_secret_key)",
      "When the log names only the new key: delete the old one",
    ],
  },
  DATABASE_POOL_URL: {
    madeBy: "them",
    note: "Open connections stay open. New ones need the new password, so set it at once.",
    steps: [
      "deno task database:role --write FILE makes a new password and writes the URL",
      SET,
      CHECK,
    ],
  },
  UPSTASH_REDIS_REST_TOKEN: {
    madeBy: "them",
    note:
      "Upstash accepts one token: until the new one is set, each process counts limits by itself.",
    steps: [
      "Upstash console, the database, Details, Reset token",
      "Write the token to FILE",
      SET,
      CHECK,
    ],
  },
};

const OTHERS: Readonly<Record<OtherSecret, Rotation>> = {
  farthing_secret_key: {
    madeBy: "them",
    note:
      "The database wakes the runners with this key. With a wrong key its calls get 401, and work waits.",
    steps: [
      "Dashboard, Settings, API keys: add a secret key for the database alone",
      WITH_SQL,
      "select status_code from net._http_response order by id desc limit 1: 200 within a minute",
      "Delete the old key",
    ],
  },
  JWT_KEYS: {
    madeBy: "them",
    note:
      "Tokens of the old key are valid until they expire (after an hour by default) or the key is revoked.",
    steps: [
      "Dashboard, Settings, JWT keys: create a standby key, ES256",
      "Wait ten minutes, until every cache of /auth/v1/.well-known/jwks.json contains the new key",
      "Rotate keys: the standby key signs from now on",
      "When the last token of the old key has expired: revoke the key",
    ],
  },
};

export const ROTATIONS: Readonly<Record<string, Rotation>> = {
  ...STRIPE,
  ...OURS,
  ...HOSTED,
  POSTMARK_SERVER_TOKEN: key("Postmark, the server, API tokens", "A server can have three tokens."),
  RESEND_API_KEY: key(
    "Resend, API keys, with only sending access",
    "Both keys work until the old one is deleted.",
  ),
  AI_API_KEY: key(
    "the provider's console; for OpenAI under API keys",
    "Both keys work until the old one is deleted.",
  ),
  SENTRY_DSN: key(
    "Sentry, the project, Client keys (DSN)",
    "A DSN can only send reports; rotate it when it is abused.",
  ),
  ...OTHERS,
};
