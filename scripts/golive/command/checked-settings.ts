/**
 * Checks the format of settings before a step uses them. The messages never repeat a value, because
 * a database URL contains a password, and a malformed key may be a live key.
 */
import { areLoopback } from "../../../supabase/functions/_shared/core/loopback.ts";
import { isDatabaseUrl } from "../../deploy/database-url.ts";
import { need, type Settings, SettingsError } from "../../project/project-settings.ts";

const KEY = /^(sk|rk)_(test|live)_\w+$/;

/** Returns the secret key of Stripe. A key with a space before or after it is refused, too. */
export function stripeKeyOf(settings: Settings): string {
  const key = need(settings, "STRIPE_SECRET_KEY");
  if (KEY.test(key)) return key;
  throw new SettingsError(
    `STRIPE_SECRET_KEY in ${settings.source} is not a secret key of Stripe ` +
      "(sk_test_…, rk_test_…, sk_live_… or rk_live_…, without spaces around it).",
  );
}

/**
 * The secret key is sent to this URL, so the connection must be encrypted or stay on this machine.
 */
export function projectUrl(settings: Settings): string {
  const url = need(settings, "SUPABASE_URL");
  if (!URL.canParse(url)) throw new SettingsError("SUPABASE_URL must be a URL.");
  if (new URL(url).protocol === "https:" || areLoopback([url])) return url;
  throw new SettingsError(
    "SUPABASE_URL must begin with https://, unless the project is on this machine.",
  );
}

/** Returns undefined if the settings have no address of the database. */
export function databaseUrlOf({ values, source }: Settings): string | undefined {
  const url = values["SUPABASE_DB_URL"];
  if (!url) return undefined;
  if (isDatabaseUrl(url)) return url;
  throw new SettingsError(
    `SUPABASE_DB_URL in ${source} must be a postgresql:// URL: percent-encode the password before ` +
      "the @ (/ is %2F, # is %23, % is %25).",
  );
}
