/** What Stripe refused, in a sentence that names what to do and never a key. */
import Stripe from "stripe";
import { SettingsError } from "../settings/settings.ts";

/** Stripe shows the ends of a key in its messages; none of it is for a terminal that others may see. */
export function withoutKeys(text: string): string {
  return text.replace(/\b(sk|rk|pk|whsec)_[\w*]+/g, "$1_…");
}

/** The right that a restricted key lacks, as Stripe names it; null where it lacks none. */
export function missingRight(error: unknown): string | null {
  if (!(error instanceof Stripe.errors.StripePermissionError)) return null;
  return /'rak_(\w+)'/.exec(error.message)?.[1] ?? "not named by Stripe";
}

/** @returns what to tell; an error that is not Stripe's is thrown on */
export function explain(error: unknown): string {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  const right = missingRight(error);
  if (right !== null) {
    return `The key lacks the right ${right}: add it to the restricted key in Stripe's dashboard, ` +
      "or use another key for this command: STRIPE_SETUP_KEY in the environment.";
  }
  if (error instanceof Stripe.errors.StripeAuthenticationError) {
    return "Stripe does not know this key: it was revoked, or it is not a secret key.";
  }
  if (error instanceof Stripe.errors.StripeConnectionError) {
    return "Stripe can't be reached from here.";
  }
  return `Stripe refused: ${withoutKeys(error.message)}`;
}

/** An endpoint is made, changed or looked up; what Stripe refuses ends the command with its sentence. */
export async function asked<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new SettingsError(explain(error));
  }
}
