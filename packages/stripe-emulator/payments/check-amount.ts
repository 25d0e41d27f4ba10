import { invalidRequest } from "../http/errors.ts";
import { formatMoney, MAXIMUM_AMOUNT, minimumAmount } from "./fees.ts";

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
