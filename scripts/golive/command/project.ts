/** The project that goes live: its addresses, keys and mode, from one environment file. */
import type Stripe from "stripe";
import { type Mode, modeOfKey } from "../../../supabase/functions/_shared/core/env.ts";
import { createClient } from "../../../supabase/functions/_shared/adapters/stripe/client.ts";
import { areLoopback } from "../../../supabase/functions/_shared/core/loopback.ts";
import { databaseUrlOf, projectUrl, stripeKeyOf } from "./checked-settings.ts";
import { need, readSettings, type Settings, SettingsError } from "../../settings/settings.ts";

export interface Project {
  readonly settings: Settings;
  readonly url: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  /** The owner's address of the database; undefined if the settings have none. */
  readonly databaseUrl: string | undefined;
  readonly stripe: Stripe;
  /** The emulator's address; undefined if the project uses Stripe itself. */
  readonly emulatorUrl: string | undefined;
  readonly webhookSecret: string | undefined;
  readonly mode: Mode;
  /** Whether the project runs on this machine. */
  readonly isLocal: boolean;
}

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** @throws SettingsError that names the missing or malformed setting, and shows no value */
export function readProject(envFile: string | undefined): Project {
  const settings = readSettings(envFile);
  const url = projectUrl(settings);
  const stripeKey = stripeKeyOf(settings);
  const apiUrl = settings.values["STRIPE_API_URL"] || undefined;
  const mode = modeOfKey(stripeKey);
  // A live key must only be sent to Stripe itself, or to an emulator that lives on this machine alone.
  if (apiUrl !== undefined && mode === "live" && !areLoopback([apiUrl, url])) {
    throw new SettingsError(
      "STRIPE_API_URL must not be set with a live key, unless the whole project is on this machine.",
    );
  }
  return {
    settings,
    url: url.replace(/\/+$/, ""),
    publishableKey: need(settings, "SUPABASE_PUBLISHABLE_KEY"),
    secretKey: need(settings, "SUPABASE_SECRET_KEY"),
    databaseUrl: databaseUrlOf(settings),
    stripe: createClient({ secretKey: stripeKey, apiUrl }),
    emulatorUrl: apiUrl?.replace(/\/+$/, ""),
    webhookSecret: settings.values["STRIPE_WEBHOOK_SECRET"]?.split(",")[0]?.trim() || undefined,
    mode,
    isLocal: LOOPBACK.includes(new URL(url).hostname),
  };
}

/** Returns the reference of a hosted project; undefined for one on this machine. */
export function projectRef({ url, isLocal }: Project, named?: string): string | undefined {
  return named ??
    (isLocal ? undefined : /^([a-z]{20})\.supabase\.co$/.exec(new URL(url).host)?.[1]);
}
