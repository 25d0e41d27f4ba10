/** How the blocks write money, and read it from a field. */
import { deepEqual, equal } from "node:assert/strict";
import { formatsOf } from "../../../supabase/functions/_shared/domain/notifications/format.ts";
import { formatMoney, toMinorUnits, toUnits } from "../../../registry/shared/farthing-format.ts";

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

/** The digits of a text, without zeros behind the point. */
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
