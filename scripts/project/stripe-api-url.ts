/** The setting STRIPE_API_URL: it makes a project on this machine use an emulator of Stripe. */
import type { Mode } from "../../supabase/functions/_shared/core/stripe-variables.ts";
import { areLoopback } from "../../supabase/functions/_shared/core/loopback.ts";
import { type Settings, SettingsError } from "./project-settings.ts";

/**
 * Returns the address of the emulator, or undefined if the project uses Stripe itself. A live key
 * may be sent only to Stripe, or to an emulator if the whole project is on this machine.
 * @param projectUrls the addresses of the project, as far as the command knows them
 * @throws SettingsError
 */
export function stripeApiUrl(
  { values }: Settings,
  mode: Mode,
  projectUrls: readonly string[],
): string | undefined {
  const apiUrl = values.STRIPE_API_URL || undefined;
  if (apiUrl === undefined) return undefined;
  // Without a scheme, `localhost:54326` is a URL too, and Stripe's SDK would call Stripe itself.
  if (!/^https?:\/\//.test(apiUrl) || !URL.canParse(apiUrl)) {
    throw new SettingsError("STRIPE_API_URL must be a URL that begins with http:// or https://.");
  }
  if (mode === "live" && !areLoopback([apiUrl, ...projectUrls])) {
    throw new SettingsError(
      "With a live key, STRIPE_API_URL may be set only if the emulator and the project are both on " +
        "this machine. Remove STRIPE_API_URL, or use a test key.",
    );
  }
  return apiUrl;
}
