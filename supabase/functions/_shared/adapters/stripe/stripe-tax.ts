/**
 * Stripe Tax in a hosted checkout session: the parameters, and the error if Stripe Tax is not set
 * up.
 */
import type { SessionSettings } from "../../contracts/database/results/checkout.ts";
import { type StoredStripeError, StripeRefused, TaxNotSetUp } from "./error-classes.ts";

export const priceTax = ({ automatic_tax, tax_behavior }: SessionSettings) =>
  automatic_tax ? { tax_behavior } : {};

export const productTax = ({ automatic_tax, tax_code }: SessionSettings) =>
  automatic_tax && tax_code !== null ? { tax_code } : {};

/**
 * Stripe has an error code for an inactive Stripe Tax, but none for an active Stripe Tax that lacks
 * the shop's address. So the error's parameter and text are checked, too.
 */
function isTaxRefused(settings: SessionSettings, error: StoredStripeError): boolean {
  if (!settings.automatic_tax || !(error instanceof StripeRefused)) return false;
  return error.stripeCode === "stripe_tax_inactive" ||
    (error.param ?? "").startsWith("automatic_tax") ||
    /stripe tax|automatic tax/i.test(error.internal ?? "");
}

/**
 * Returns the error 503 `not_ready` if Stripe refused a session because Stripe Tax is not set up; null for
 * any other error.
 */
export function taxNotSetUp(
  settings: SessionSettings,
  error: StoredStripeError,
): TaxNotSetUp | null {
  if (!isTaxRefused(settings, error)) return null;
  return new TaxNotSetUp("not_ready", { internal: error.internal, cause: error.cause });
}
