import { deepEqual } from "node:assert/strict";
import type { PackageSettings, PastSettingChange } from "@farthing/client";
import { pricesOfHistory } from "./price-history.ts";

type Field = PastSettingChange["fields"][number];

const change = (...fields: readonly [string, string | null, string | null][]) => ({
  name: "starter",
  fields: fields.map(([field, from, to]): Field => ({ field, from, to })),
} as unknown as PastSettingChange);

/** Settings in which the first price of the package is in euros now. */
const settingsOf = (...history: readonly PastSettingChange[]) => ({
  packages: [{ slug: "starter", prices: [{ currency: "eur", amount: 900 }] }],
  history,
} as unknown as PackageSettings);

Deno.test("an amount in the history gets the currency that the package had then", () => {
  const older = change(["amount", "999", "1250"]);
  const moved = change(["amount", "1250", "800"], ["currency", "usd", "eur"]);
  const newer = change(["amount", "800", "900"], ["name", "Start", "Starter"]);
  const settings = settingsOf(newer, moved, older);
  deepEqual(pricesOfHistory(older, settings), [{ field: "price_usd", from: "999", to: "1250" }]);
  deepEqual(pricesOfHistory(moved, settings), [
    { field: "price_usd", from: "1250", to: null },
    { field: "price_eur", from: null, to: "800" },
  ]);
  deepEqual(pricesOfHistory(newer, settings), [
    { field: "price_eur", from: "800", to: "900" },
    { field: "name", from: "Start", to: "Starter" },
  ]);
});

Deno.test("of the other prices, only the changed ones are shown", () => {
  const past = change(["other_prices", '{"gbp": 700, "jpy": 1500}', '{"gbp": 750, "jpy": 1500}']);
  deepEqual(pricesOfHistory(past, settingsOf(past)), [
    { field: "price_gbp", from: "700", to: "750" },
  ]);
});

Deno.test("a change of no price shows no price", () => {
  const past = change(["sort", "1", "2"]);
  deepEqual(pricesOfHistory(past, settingsOf(past)), [{ field: "sort", from: "1", to: "2" }]);
});
