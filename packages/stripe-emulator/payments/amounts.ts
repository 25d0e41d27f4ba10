/** Amounts of money: which amounts can be charged, how they are formatted, and Stripe's fee. */
import { invalidRequest } from "../core/errors.ts";

/** Currencies that have no minor unit. */
const ZERO_DECIMAL = new Set(
  ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv"]
    .concat(["xaf", "xof", "xpf"]),
);

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

/** Formats an amount in minor units: 999 of usd is `$9.99`, and 1000 of jpy is `¥1,000`. */
export function formatMoney(amount: number, currency: string): string {
  const value = amount / (ZERO_DECIMAL.has(currency) ? 1 : 100);
  return new Intl.NumberFormat("en-US", { style: "currency", currency }).format(value);
}

/**
 * Returns Stripe's fee for a payment in minor units: 2.9 % plus 30 for a card, 0.8 % but at most
 * 500 for a bank debit. These are Stripe's list prices in the United States.
 */
export function processingFee(amount: number, method: "card" | "us_bank_account"): number {
  if (method === "card") return Math.round((amount * 29) / 1000) + 30;
  return Math.min(Math.round((amount * 8) / 1000), 500);
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
