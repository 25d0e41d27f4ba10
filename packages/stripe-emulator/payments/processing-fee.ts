/**
 * Returns Stripe's fee for a payment in minor units: 2.9 % plus 30 for a card, 0.8 % but at most
 * 500 for a bank debit. These are Stripe's list prices in the United States.
 */
export function processingFee(amount: number, method: "card" | "us_bank_account"): number {
  if (method === "card") return Math.round((amount * 29) / 1000) + 30;
  return Math.min(Math.round((amount * 8) / 1000), 500);
}
