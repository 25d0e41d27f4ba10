/** The Stripe account, its mode, and the address to which Stripe sends events. */
import type Stripe from "stripe";
import { type Mode, modeOfKey } from "../../supabase/functions/_shared/core/stripe-variables.ts";
import { createClient } from "../../supabase/functions/_shared/adapters/stripe/client.ts";
import { readSettings, type Settings, SettingsError } from "../project/project-settings.ts";
import { stripeApiUrl } from "../project/stripe-api-url.ts";
import { asked } from "./explain-error.ts";
import type { Endpoint } from "./endpoints.ts";

/** The options that `stripe:setup` and `stripe:check` share, for `parseArgs`. */
export const TARGET_OPTIONS = {
  "env-file": { type: "string" },
  "project": { type: "string" },
  "url": { type: "string" },
  "without-connect": { type: "boolean", default: false },
  "help": { type: "boolean", short: "h", default: false },
} as const;

export const TARGET_USAGE =
  `  --env-file FILE    the functions' dotenv file with STRIPE_SECRET_KEY; without it the environment,
                     else the stack on this machine
  --project REF      the Supabase project whose function gets the events
  --url URL          the project's address, if it has its own domain: https://api.example.com
  --without-connect  no endpoint for connected accounts, if you have no bookings

Endpoints are read and created with STRIPE_SETUP_KEY if the environment has one (a restricted key with
Webhook Endpoints: write is enough), else with STRIPE_SECRET_KEY. Keys are never shown.`;

export interface Target {
  readonly mode: Mode;
  /** The address of the webhook function. */
  readonly url: string;
  /** A client that uses the same key as the functions. */
  readonly stripe: Stripe;
  readonly isRestricted: boolean;
  /**
   * A client for webhook endpoints. It uses STRIPE_SETUP_KEY if that is set, otherwise the
   * functions' key.
   */
  readonly setup: Stripe;
  readonly settings: Settings;
}

interface Asked {
  readonly "env-file"?: string | undefined;
  readonly project?: string | undefined;
  readonly url?: string | undefined;
}

const KEY = /^(sk|rk)_(test|live)_\w+$/;

function requireKey(value: string | undefined, name: string, source: string): string {
  if (value !== undefined && KEY.test(value)) return value;
  const problem = value ? "is not a secret key" : "is not set";
  throw new SettingsError(
    `${name} ${problem} in ${source}: set it to a key of Stripe that begins with sk_ or rk_.`,
  );
}

function addressOf({ project, url }: Asked, { values, source }: Settings): string {
  if (project !== undefined && !/^[a-z0-9]{8,40}$/.test(project)) {
    throw new SettingsError(
      "--project must be a project's reference, as `supabase projects list` shows it: " +
        "8 to 40 lower-case letters and digits.",
    );
  }
  const known = values.FARTHING_PUBLIC_URL || values.SUPABASE_URL;
  const base = url ?? (project === undefined ? known : `https://${project}.supabase.co`);
  if (!base || !URL.canParse(base)) {
    throw new SettingsError(
      `No valid project address in --url or ${source}: add --project REF or --url URL.`,
    );
  }
  return `${base.replace(/\/+$/, "")}/functions/v1/stripe-webhook`;
}

function requireOneMode(mode: Mode, setupKey: string, settings: Settings): void {
  if (modeOfKey(setupKey) !== mode) {
    throw new SettingsError(`STRIPE_SETUP_KEY must be a ${mode} key, like STRIPE_SECRET_KEY.`);
  }
  const { STRIPE_MODE } = settings.values;
  if (STRIPE_MODE && STRIPE_MODE !== mode) {
    throw new SettingsError(
      `STRIPE_MODE is ${STRIPE_MODE}, but STRIPE_SECRET_KEY is a ${mode} key: both must have the same mode.`,
    );
  }
}

/** @throws SettingsError that names the missing or conflicting setting */
export function readTarget(wanted: Asked): Target {
  const settings = readSettings(wanted["env-file"]);
  const { values, source } = settings;
  const secretKey = requireKey(values.STRIPE_SECRET_KEY, "STRIPE_SECRET_KEY", source);
  const given = Deno.env.get("STRIPE_SETUP_KEY");
  const setupKey = given ? requireKey(given, "STRIPE_SETUP_KEY", "the environment") : secretKey;
  const mode = modeOfKey(secretKey);
  requireOneMode(mode, setupKey, settings);
  const url = addressOf(wanted, settings);
  const known = [new URL(url).origin, ...values.SUPABASE_URL ? [values.SUPABASE_URL] : []];
  const apiUrl = stripeApiUrl(settings, mode, known);
  return {
    mode,
    url,
    stripe: createClient({ secretKey, apiUrl }),
    isRestricted: secretKey.startsWith("rk_"),
    setup: createClient({ secretKey: setupKey, apiUrl }),
    settings,
  };
}

/** @throws SettingsError if the key has no right to list endpoints */
export async function listEndpoints({ setup }: Target): Promise<Endpoint[]> {
  return await asked(Array.fromAsync(setup.webhookEndpoints.list({ limit: 100 })));
}
