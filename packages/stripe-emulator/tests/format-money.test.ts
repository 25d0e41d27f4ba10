import { equal } from "node:assert/strict";
import { formatMoney } from "../payments/format-money.ts";

const CASES = [
  [999, "usd", "$9.99"],
  [1_000, "jpy", "¥1,000"],
  [500, "ugx", "UGX 5"],
  [1_600, "isk", "ISK 16"],
  [1_500, "kwd", "KWD 1.500"],
] as const;

for (const [amount, currency, text] of CASES) {
  Deno.test(`an amount of ${amount} in ${currency} is shown as ${text}`, () => {
    equal(formatMoney(amount, currency).replaceAll("\u00a0", " "), text);
  });
}
