import { equal } from "node:assert/strict";
import { formatMoney as formatInClient } from "@farthing/client";
import { formatMoney } from "../payments/format-money.ts";

const CASES = [
  [999, "usd", "$9.99"],
  [1_000, "jpy", "¥1,000"],
  [500, "ugx", "UGX 5"],
  [1_600, "isk", "ISK 16"],
  [123_456, "rsd", "RSD 1,234.56"],
  [1_500, "kwd", "KWD 1.500"],
] as const;

for (const [amount, currency, text] of CASES) {
  Deno.test(`an amount of ${amount} in ${currency} is shown as ${text}`, () => {
    equal(formatMoney(amount, currency).replaceAll("\u00a0", " "), text);
  });
}

/** The digits and the decimal point of a text. A fraction that has only zeros is left out. */
const figureOf = (text: string) => text.replace(/[^\d.]/g, "").replace(/\.0+$/, "");

Deno.test("the emulator's pages and the client name the same price in every currency", () => {
  for (const code of Intl.supportedValuesOf("currency")) {
    const currency = code.toLowerCase();
    for (const amount of [120_000, 123_456]) {
      const inClient = formatInClient(amount, currency, "en-US");
      equal(figureOf(formatMoney(amount, currency)), figureOf(inClient), currency);
    }
  }
});
