/** Stripe Tax in a hosted checkout session: what is sent, and how a missing set-up is recognised. */
import type { SessionSettings } from "../../contracts/database/results/checkout.ts";
import { type StoredStripeError, StripeRefused } from "./errors.ts";

export const priceTax = ({ automatic_tax, tax_behavior }: SessionSettings) =>
  automatic_tax ? { tax_behavior } : {};

export const productTax = ({ automatic_tax, tax_code }: SessionSettings) =>
  automatic_tax && tax_code !== null ? { tax_code } : {};

/**
 * Stripe has an error code for an inactive Stripe Tax, but none for an active Stripe Tax that lacks
 * the shop's address. So the parameter and the text are checked, too.
 */
export function isTaxRefused(settings: SessionSettings, error: StoredStripeError): boolean {
  if (!settings.automatic_tax || !(error instanceof StripeRefused)) return false;
  return error.stripeCode === "stripe_tax_inactive" ||
    (error.param ?? "").startsWith("automatic_tax") ||
    /stripe tax|automatic tax/i.test(error.internal ?? "");
}
