/** How the blocks write amounts of money, and read them from a form field. */
import { deepEqual, equal, throws } from "node:assert/strict";
import { formatsOf } from "../../../supabase/functions/_shared/domain/notifications/locale-formats.ts";
import {
  addCredits,
  formatMoney,
  toMinorUnits,
  toUnits,
} from "../../../registry/shared/farthing-format.ts";

Deno.test("a block writes and reads amounts in the minor unit of Stripe and the service", () => {
  const written = (amount: number, currency: string) =>
    formatMoney(amount, currency).replaceAll("\u00a0", " ");
  equal(written(120_000, "rsd"), "RSD 1,200");
  equal(written(120_050, "isk"), "ISK 1,200.50");
  equal(written(1_200, "jpy"), "¥1,200");
  deepEqual(["rsd", "jpy", "kwd", "usd"].map((currency) => toMinorUnits("5000", currency)), [
    500_000,
    5_000,
    5_000_000,
    500_000,
  ]);
  deepEqual(["rsd", "jpy", "kwd"].map((currency) => toUnits(5_000, currency)), ["50", "5000", "5"]);
});

Deno.test("credits are added without losing a digit", () => {
  equal(addCredits([]), "0");
  equal(addCredits(["5", "10"]), "15");
  equal(addCredits(["0.1", "0.2"]), "0.3");
  equal(addCredits(["0.000000000000000001", "12"]), "12.000000000000000001");
});

Deno.test("an amount is read digit by digit, and any other text is refused with an example", () => {
  deepEqual(
    [["5", "usd"], ["5.5", "usd"], ["4.35", "usd"], ["1.005", "kwd"]].map(([units, currency]) =>
      toMinorUnits(units!, currency!)
    ),
    [500, 550, 435, 1_005],
  );
  const refused = [["5.006", "usd"], ["12,50", "eur"], ["1.5", "jpy"], ["", "usd"], ["-1", "usd"]];
  for (const [units, currency] of refused) {
    throws(
      () => toMinorUnits(units!, currency!),
      { name: "RangeError", message: /is not an amount in [A-Z]{3}\. An example is 1\d(\.50)?\.$/ },
      units,
    );
  }
});

/** The digits and the decimal point of a text. A fraction that has only zeros is left out. */
const figureOf = (text: string) => text.replace(/[^\d.]/g, "").replace(/\.0+$/, "");

Deno.test("the blocks and the emails name the same price in every currency", () => {
  const emails = formatsOf("en");
  for (const code of Intl.supportedValuesOf("currency")) {
    const currency = code.toLowerCase();
    for (const amount of [120_000, 123_456]) {
      const email = figureOf(emails.money(amount, currency));
      equal(figureOf(formatMoney(amount, currency)), email, currency);
    }
  }
});
