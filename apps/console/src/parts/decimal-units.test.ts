import { equal } from "node:assert/strict";
import { basisPointsOf, moneyOf, percentOf, usdOf } from "./decimal-units.ts";

Deno.test("dollars have at least two decimals, and all their digits", () => {
  equal(usdOf("3"), "$3.00");
  equal(usdOf("-0.3"), "-$0.30");
  equal(usdOf("0.0000001234567890125"), "$0.0000001234567890125");
});

Deno.test("minor units become the decimals of their currency, in a quotient with more of them", () => {
  equal(moneyOf("-100", "usd"), "-$1.00");
  equal(moneyOf("440.5", "usd"), "$4.405");
  equal(moneyOf("1250", "jpy"), "¥1,250");
});

Deno.test("shares and hundredths of a percent are written in percent", () => {
  equal(percentOf("0.0125"), "1.25 %");
  equal(basisPointsOf("325"), "3.25 %");
});
