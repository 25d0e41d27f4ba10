/** The steps to replace each secret without an interruption, and which of them the command does. */
import type { EnvName } from "../../supabase/functions/_shared/core/env-needs.ts";

export interface Rotation {
  /** The maker of the new value: this command, at random (`us`), or another service (`them`). */
  readonly madeBy: "us" | "them";
  /** The text before a random value. */
  readonly prefix?: string;
  /** Whether the functions accept the new and the old value at the same time, as `new,old`. */
  readonly takesTwo?: true;
  /**
   * Whether several values are in use at once, one per Stripe endpoint. The command cannot know
   * which one is old.
   */
  readonly isPerEndpoint?: true;
  /** The rotation's effects on users, senders and receivers. */
  readonly note: string;
  readonly steps: readonly string[];
}

/**
 * Secrets that no function reads: the database's key in the Vault, and the keys that sign users'
 * tokens.
 */
export type OtherSecret = "farthing_secret_key" | "JWT_KEYS";

const SET =
  "supabase secrets set --env-file FILE --remote=REF --yes (the functions read it at their next start)";
const CHECK = "deno task secrets:check --remote --project-ref REF, then GET /health/ready";

const WITH_SQL =
  "In the SQL editor: select vault.update_secret(id, 'sb_secret_…') from vault.secrets " +
  "where name = 'farthing_secret_key'";

/**
 * Returns the rotation of a key that may exist twice in another service's console: the new key is
 * set before the old one is deleted.
 */
function key(where: string, note: string): Rotation {
  return {
    madeBy: "them",
    note,
    steps: [
      `Make a second key: ${where}`,
      "Put it in the place of the old one",
      SET,
      CHECK,
      "Delete the old key there",
    ],
  };
}

const STRIPE: Pick<
  Record<EnvName, Rotation>,
  "STRIPE_SECRET_KEY" | "STRIPE_WEBHOOK_SECRET"
> = {
  STRIPE_SECRET_KEY: key(
    "Stripe, Developers, API keys; a restricted one with the rights that docs/deploy.md lists",
    'Of the same mode as the old one. Roll a leaked key at once instead: Stripe\'s "Roll key", expiring now.',
  ),
  STRIPE_WEBHOOK_SECRET: {
    madeBy: "them",
    takesTwo: true,
    isPerEndpoint: true,
    note: "Nothing is lost: for 24 hours Stripe signs with both, and the functions try each.",
    steps: [
      "Stripe, Developers, Webhooks, the endpoint, Roll secret, the old one to expire in 24 hours",
      "Pipe the new one in: --stdin --write FILE puts it before those that are there",
      SET,
      "When the old one has expired: --finish --write FILE, and set it again; with an endpoint for " +
      "connected accounts take the old one out of FILE by hand instead",
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
    note: "Nothing is lost: both are accepted until you finish.",
    steps: [
      "--write FILE puts a new one before the old one",
      SET,
      "Give the new one to whoever calls POST /send-notification",
      "When nobody sends the old one any more: --finish --write FILE, and set it again",
    ],
  },
  ALERT_WEBHOOK_SECRET: {
    madeBy: "us",
    prefix: "whsec_",
    note:
      "Let the receiver accept both first: alerts that it refuses are retried and then dead-lettered.",
    steps: [
      "--write FILE puts a new one in",
      "Let the receiver accept it beside the old one",
      SET,
      "Let it forget the old one",
    ],
  },
  IP_HASH_KEY: {
    madeBy: "us",
    note:
      "Addresses hash to other values from then on: limits and checks by address begin anew, and " +
      "blocked networks have to be blocked again.",
    steps: ["--write FILE puts a new one in", SET],
  },
};

const HOSTED: Pick<
  Record<EnvName, Rotation>,
  "SUPABASE_SECRET_KEYS" | "DATABASE_POOL_URL" | "UPSTASH_REDIS_REST_TOKEN"
> = {
  SUPABASE_SECRET_KEYS: {
    madeBy: "them",
    note: "Without an IP_HASH_KEY the key named default also hashes addresses: see there.",
    steps: [
      "Dashboard, Settings, API keys: add a secret key; the platform hands it to the functions",
      "Give it to the back ends of the old one, and to the database (farthing_secret_key)",
      "When the log names only the new key: delete the old one",
    ],
  },
  DATABASE_POOL_URL: {
    madeBy: "them",
    note: "Connections that are open stay open; new ones need the new password, so set it at once.",
    steps: [
      "deno task database:role --write FILE makes a new password and writes the URL",
      SET,
      CHECK,
    ],
  },
  UPSTASH_REDIS_REST_TOKEN: {
    madeBy: "them",
    note: "Upstash knows one token: until the new one is set each process counts limits by itself.",
    steps: ["Upstash console, the database, Details, Reset token", "Put it in", SET, CHECK],
  },
};

const OTHERS: Readonly<Record<OtherSecret, Rotation>> = {
  farthing_secret_key: {
    madeBy: "them",
    note:
      "The key with which the database wakes the runners. With a wrong key the calls get 401 and work waits.",
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
      "Tokens of the old key stay good until they end (an hour unless configured) or it is revoked.",
    steps: [
      "Dashboard, Settings, JWT keys: create a standby key, ES256",
      "Wait until it is in /auth/v1/.well-known/jwks.json everywhere: ten minutes",
      "Rotate keys: the standby key signs from now on",
      "When the last token of the old key has ended: revoke it",
    ],
  },
};

export const ROTATIONS: Readonly<Record<string, Rotation>> = {
  ...STRIPE,
  ...OURS,
  ...HOSTED,
  POSTMARK_SERVER_TOKEN: key("Postmark, the server, API tokens", "A server has up to three."),
  RESEND_API_KEY: key(
    "Resend, API keys, with sending access alone",
    "Both work until the old is deleted.",
  ),
  AI_API_KEY: key(
    "the models' console; for OpenAI under API keys",
    "Both work until the old is deleted.",
  ),
  SENTRY_DSN: key(
    "Sentry, the project, Client keys (DSN)",
    "It can only send reports; rotate it when it is abused.",
  ),
  ...OTHERS,
};
