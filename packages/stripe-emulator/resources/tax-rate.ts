/**
 * The rate of the emulator's only tax: 19 %, unless an option or a request under `/_emulator` sets
 * a different rate. Such a request can also make the account behave as if Stripe Tax had not been
 * set up.
 */
import { invalidRequest } from "../core/errors.ts";
import { collection } from "../store/collection.ts";
import type { Scope } from "../store/scope.ts";

/** The rate in thousandths of a percent, so that 8.875 % is a whole number. */
interface TaxRate {
  id: "own";
  thousandths: number;
}

/** This object is stored only while Stripe Tax is not active. */
interface InactiveTax {
  id: "own";
}

const rate = collection<TaxRate>("tax_rate_setting");
const inactive = collection<InactiveTax>("inactive_tax_setting");

const WHOLE = 100_000;

export function taxThousandths(scope: Scope): number {
  return rate.find(scope, "own")?.thousandths ?? Math.round(scope.settings.taxPercent * 1000);
}

export function setTaxPercent(scope: Scope, percent: number): void {
  rate.put(scope, { id: "own", thousandths: Math.round(percent * 1000) });
}

export function setTaxActive(scope: Scope, isActive: boolean): void {
  if (isActive) inactive.remove(scope, "own");
  else inactive.put(scope, { id: "own" });
}

/** Refuses a session with an automatic tax, as Stripe does if Stripe Tax is not set up. */
export function requireActiveTax(scope: Scope): void {
  if (!inactive.find(scope, "own")) return;
  const message =
    "Stripe Tax has not been activated on your account. Activate it in the dashboard.";
  throw invalidRequest(message, undefined, "stripe_tax_inactive");
}

/**
 * Returns the tax on an amount in minor units, rounded half up.
 * @param isIncluded whether the amount includes the tax
 */
export function taxOf(amount: number, thousandths: number, isIncluded: boolean): number {
  return Math.round((amount * thousandths) / (isIncluded ? WHOLE + thousandths : WHOLE));
}
