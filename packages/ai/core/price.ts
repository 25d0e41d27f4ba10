/**
 * The price of work: an amount of credits, or the price of tokens. The app's own `price` computes
 * the price of tokens; without it, the service's rates apply.
 */
import type { HoldCharge } from "@farthing/client/server";
import { areCounts, type Tokens } from "./tokens.ts";

/**
 * Returns the price of tokens of a model: credits as a decimal string with at most 18 digits after
 * the point, such as `"0.25"`.
 */
export type Price = (tokens: Tokens, model: string) => string;

/**
 * The cost of work: tokens of the call's model, or credits. `tokens` is undefined if the model
 * provider has not reported any. The most that the work can cost is then charged. The same applies
 * if the service would refuse the tokens or the amount.
 */
export type Spent =
  | { readonly tokens: Tokens | undefined; readonly amount?: never }
  | { readonly amount: string; readonly tokens?: never };

export interface Pricing {
  readonly model: string | undefined;
  readonly price: Price | undefined;
  readonly metadata: Record<string, unknown> | undefined;
}

/**
 * The amounts that the service accepts. It refuses the format `1e-7`, in which JavaScript writes
 * small numbers.
 */
export const AMOUNT = /^(0|[1-9]\d{0,19})(\.\d{1,18})?$/;

const NOTHING: HoldCharge = { amount: "0" };

/** `amount` is not typed as a string, because an app in plain JavaScript may pass a number. */
const chargeOfAmount = (amount: unknown): HoldCharge | null =>
  typeof amount === "string" && AMOUNT.test(amount) ? { amount } : null;

/**
 * Returns the charge for an amount of credits, or for tokens at the app's own price or the
 * service's rates.
 * @returns null if the service would refuse the charge: the tokens are missing or invalid, no model
 *   is named, or the amount is not a decimal string
 */
export function chargeOf(spent: Spent, { model, price, metadata }: Pricing): HoldCharge | null {
  if (spent.amount !== undefined) return chargeOfAmount(spent.amount);
  const { tokens } = spent;
  if (tokens === undefined || !areCounts(tokens) || model === undefined) return null;
  if (price !== undefined) return chargeOfAmount(price(tokens, model));
  // The service refuses a usage without tokens, but it accepts an amount of 0 for the settlement of
  // a hold.
  if (Object.values(tokens).every((count) => count === 0)) return NOTHING;
  return { usage: { model, ...tokens, ...metadata && { metadata } } };
}
