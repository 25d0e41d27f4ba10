/** Amounts of money: which may be charged, how they are written, what Stripe keeps of them. */
import { invalidRequest } from "../core/errors.ts";

/** Currencies whose smallest unit is the currency itself. */
const ZERO_DECIMAL = new Set(
  ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv"]
    .concat(["xaf", "xof", "xpf"]),
);

/** Stripe's minimum charge by currency, in minor units; 50 where it is not listed. */
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

/** `999` of usd as `$9.99`, `1000` of jpy as `¥1,000`. */
export function formatMoney(amount: number, currency: string): string {
  const value = amount / (ZERO_DECIMAL.has(currency) ? 1 : 100);
  return new Intl.NumberFormat("en-US", { style: "currency", currency }).format(value);
}

/**
 * What Stripe keeps of a payment, in minor units: 2.9 % and 30 for a card, 0.8 % up to 500 for a
 * bank debit. (The list price in the United States; other prices have the same form.)
 */
export function processingFee(amount: number, method: "card" | "us_bank_account"): number {
  if (method === "card") return Math.round((amount * 29) / 1000) + 30;
  return Math.min(Math.round((amount * 8) / 1000), 500);
}

/** Refuses amounts (minor units) below Stripe's minimum of the currency or above eight digits. */
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
