/** The project that goes live: its addresses, keys and mode, from one environment file. */
import type Stripe from "stripe";
import { printError } from "@farthing/command-line";
import { type Mode, modeOfKey } from "../../../supabase/functions/_shared/core/stripe-variables.ts";
import { createClient } from "../../../supabase/functions/_shared/adapters/stripe/client.ts";
import { databaseUrlOf, projectUrl, stripeKeyOf } from "./checked-settings.ts";
import {
  need,
  readSettings,
  type Settings,
  SettingsError,
} from "../../project/project-settings.ts";
import { stripeApiUrl } from "../../project/stripe-api-url.ts";

export interface Project {
  readonly settings: Settings;
  readonly url: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  /** The URL with which the database's owner connects; undefined if the settings have none. */
  readonly databaseUrl: string | undefined;
  readonly stripe: Stripe;
  /** The emulator's address; undefined if the project uses Stripe itself. */
  readonly emulatorUrl: string | undefined;
  readonly webhookSecret: string | undefined;
  readonly mode: Mode;
  /** Whether the project runs on this machine. */
  readonly isLocal: boolean;
}

export const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Replaces a wrong or missing Stripe key in a rollback. Stripe refuses this replacement. */
const NO_KEY = "sk_live_none";

/**
 * Returns the setting. If the setting is wrong or missing, a rollback uses `without` instead. Any
 * other command fails.
 */
function orWithout<T>(isUrgent: boolean, read: () => T, without: T): T {
  try {
    return read();
  } catch (error) {
    if (!isUrgent || !(error instanceof SettingsError)) throw error;
    printError(`The command goes on without this setting: ${error.message}`);
    return without;
  }
}

/**
 * @param isUrgent true for a rollback, which needs only the project's URL and secret key: it must
 *   stop sales even if the Stripe key is missing or SUPABASE_DB_URL is malformed
 * @throws SettingsError that names the missing or malformed setting, and shows no value
 */
export function readProject(envFile: string | undefined, isUrgent = false): Project {
  const settings = readSettings(envFile);
  const url = projectUrl(settings);
  const stripeKey = orWithout(isUrgent, () => stripeKeyOf(settings), NO_KEY);
  const mode = modeOfKey(stripeKey);
  const apiUrl = orWithout(isUrgent, () => stripeApiUrl(settings, mode, [url]), undefined);
  return {
    settings,
    url: url.replace(/\/+$/, ""),
    publishableKey: orWithout(isUrgent, () => need(settings, "SUPABASE_PUBLISHABLE_KEY"), ""),
    secretKey: need(settings, "SUPABASE_SECRET_KEY"),
    databaseUrl: orWithout(isUrgent, () => databaseUrlOf(settings), undefined),
    stripe: createClient({ secretKey: stripeKey, apiUrl }),
    emulatorUrl: apiUrl?.replace(/\/+$/, ""),
    webhookSecret: settings.values["STRIPE_WEBHOOK_SECRET"]?.split(",")[0]?.trim() || undefined,
    mode,
    isLocal: LOOPBACK.includes(new URL(url).hostname),
  };
}

/** A custom domain does not show the project's reference, which the Supabase CLI needs. */
export const UNKNOWN_REF =
  "SUPABASE_URL is a domain of your own, which does not name the project: add --project REF";

/**
 * Returns a project's reference. A local project has none, and a custom domain does not show it.
 */
export function projectRef({ url, isLocal }: Project, named?: string): string | undefined {
  return named ??
    (isLocal ? undefined : /^([a-z]{20})\.supabase\.co$/.exec(new URL(url).host)?.[1]);
}
