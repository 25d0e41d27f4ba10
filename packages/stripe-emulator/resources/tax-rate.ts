/**
 * The rate of the emulator's only tax: 19 %, unless an option or a control sets a different rate.
 */
import { collection } from "../store/collection.ts";
import type { Scope } from "../store/scope.ts";

/** The rate in thousandths of a percent, so that 8.875 % is a whole number. */
interface TaxRate {
  id: "own";
  thousandths: number;
}

const rate = collection<TaxRate>("tax_rate_setting");

const WHOLE = 100_000;

export function taxThousandths(scope: Scope): number {
  return rate.find(scope, "own")?.thousandths ?? Math.round(scope.settings.taxPercent * 1000);
}

export function setTaxPercent(scope: Scope, percent: number): void {
  rate.put(scope, { id: "own", thousandths: Math.round(percent * 1000) });
}

/**
 * Returns the tax on an amount in minor units, rounded half up.
 * @param isIncluded whether the amount includes the tax
 */
export function taxOf(amount: number, thousandths: number, isIncluded: boolean): number {
  return Math.round((amount * thousandths) / (isIncluded ? WHOLE + thousandths : WHOLE));
}
