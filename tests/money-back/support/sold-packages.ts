/**
 * The packages that histories sell: packages whose credits are a multiple of the price, packages
 * whose credits are not, and a package with the largest amounts.
 */
import { toUnits } from "../model/amounts.ts";
import type { Packages } from "../model/buyer.ts";

interface Sold {
  amount: number;
  currency?: string;
  credits: string;
  bonus?: string;
}

export const SOLD: Readonly<Record<string, Sold>> = {
  plain: { amount: 1000, credits: "100" },
  bonus: { amount: 1000, credits: "100", bonus: "20" },
  odd: { amount: 999, credits: "100", bonus: "33.333333333333333333" },
  seventh: { amount: 7, credits: "1", bonus: "0.000000000000000001" },
  dust: { amount: 300, credits: "0.000000000000000007", bonus: "0.000000000000000004" },
  cent: { amount: 1, credits: "5", bonus: "5" },
  yen: { amount: 700, currency: "jpy", credits: "1000", bonus: "1" },
  huge: {
    amount: 99_999_999_999,
    credits: "9999999999999.999999999999999999",
    bonus: "1000000000000.000000000000000001",
  },
};

export const PACKAGES: Packages = Object.fromEntries(
  Object.entries(SOLD).map(([name, { amount, currency = "usd", credits, bonus = "0" }]) => [name, {
    amount: BigInt(amount),
    currency,
    credits: toUnits(credits),
    bonus: toUnits(bonus),
  }]),
);
