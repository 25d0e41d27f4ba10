/**
 * Turns Stripe's errors into sentences that say what to do. These sentences never contain a key.
 */
import Stripe from "stripe";
import { SettingsError } from "../project/project-settings.ts";

/**
 * Removes keys from a text. Stripe's messages show parts of keys, which must not appear on a screen
 * that others may see.
 */
export function withoutKeys(text: string): string {
  return text.replace(/\b(sk|rk|pk|whsec)_[\w*]+/g, "$1_…");
}

/** Returns Stripe's name of the right that a restricted key lacks; null for any other error. */
export function missingRight(error: unknown): string | null {
  if (!(error instanceof Stripe.errors.StripePermissionError)) return null;
  return /'rak_(\w+)'/.exec(error.message)?.[1] ?? "not named by Stripe";
}

/**
 * Returns the sentence for an error from Stripe.
 * @throws the error itself if it is not from Stripe
 */
export function explain(error: unknown): string {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  const right = missingRight(error);
  if (right !== null) {
    return `The key lacks the right ${right}: add it to the restricted key in Stripe's dashboard, ` +
      "or use another key for this command: STRIPE_SETUP_KEY in the environment.";
  }
  if (error instanceof Stripe.errors.StripeAuthenticationError) {
    return "Stripe does not know this key: it was revoked, or it is not a secret key. Copy a key " +
      "from Stripe's dashboard (Developers, API keys).";
  }
  if (error instanceof Stripe.errors.StripeConnectionError) {
    return "Stripe can't be reached from here: check the network, and run the command again.";
  }
  return `Stripe refused: ${withoutKeys(error.message)}`;
}

/**
 * Awaits a call of Stripe's API for webhook endpoints.
 * @throws SettingsError with a sentence if Stripe refuses the call
 */
export async function asked<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new SettingsError(explain(error));
  }
}
