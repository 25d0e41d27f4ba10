/** Refuses amounts that Stripe can't charge. */
import { invalidRequest } from "../core/errors.ts";
import { formatMoney } from "./format-money.ts";

/** Stripe's minimum charge by currency, in minor units. For other currencies it is 50. */
const MINIMUM: Record<string, number> = {
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
  usd: 50,
};

export const MAXIMUM_AMOUNT = 99_999_999;

function minimumAmount(currency: string): number {
  return MINIMUM[currency] ?? 50;
}

/**
 * Refuses an amount (in minor units) below Stripe's minimum for the currency or with more than
 * eight digits.
 */
export function checkAmount(amount: number, currency: string, param: string): void {
  if (amount < 1) {
    throw invalidRequest("The amount must be positive.", param, "parameter_invalid_integer");
  }
  const least = minimumAmount(currency);
  if (amount < least) {
    const sentence = `The amount due must be at least ${formatMoney(least, currency)} ${currency}.`;
    throw invalidRequest(sentence, param, "amount_too_small");
  }
  if (amount > MAXIMUM_AMOUNT) {
    const sentence = `The amount must be at most ${formatMoney(MAXIMUM_AMOUNT, currency)}.`;
    throw invalidRequest(sentence, param, "amount_too_large");
  }
}
