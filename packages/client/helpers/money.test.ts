import { deepEqual, equal } from "node:assert/strict";
import { decimalsOf, formatMoney } from "./money.ts";

Deno.test("an amount in minor units is written as the currency's own users write it", () => {
  const written = [[999, "usd"], [1_000, "EUR"], [1_200, "jpy"], [1_250, "kwd"], [-550, "usd"]];
  deepEqual(
    (written as [number, string][]).map((each) =>
      formatMoney(...each, "en").replaceAll("\u00a0", " ")
    ),
    ["$9.99", "€10", "¥1,200", "KWD 1.250", "-$5.50"],
  );
  equal(formatMoney(120_050, "isk", "en").replaceAll("\u00a0", " "), "ISK 1,200.50");
});

Deno.test("a currency has the decimals of Stripe, and not of Intl", () => {
  deepEqual(["usd", "isk", "rsd", "ugx", "jpy", "KWD"].map(decimalsOf), [2, 2, 2, 2, 0, 3]);
});
