import assert from "node:assert/strict";
import { formatsOf } from "./locale-formats.ts";

/** Returns the text with plain spaces instead of no-break spaces. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

Deno.test("money is formatted exactly, with the decimals of its currency", () => {
  const { money } = formatsOf("en");
  assert.deepEqual(
    [
      money(9_007_199_254_740_991, "usd"),
      money(1, "eur"),
      money(0, "jpy"),
      money(1_700, "isk"),
      money(5, "kwd"),
      money(349_000, "huf"),
      money(-1_234, "usd"),
    ].map(plain),
    [
      "USD 90,071,992,547,409.91",
      "EUR 0.01",
      "JPY 0",
      "ISK 17.00",
      "KWD 0.005",
      "HUF 3,490.00",
      "-USD 12.34",
    ],
  );
});

Deno.test("money is formatted as the locale writes it", () => {
  const written = (locale: string) => plain(formatsOf(locale).money(123_456_789, "huf"));
  assert.deepEqual(["de-DE", "de-AT", "de-CH", "hu"].map(written), [
    "1.234.567,89 HUF",
    "HUF 1.234.567,89",
    "HUF 1’234’567.89",
    "1 234 567,89 HUF",
  ]);
});

Deno.test("credits are grouped, and keep each of 38 digits", () => {
  const longest = "12345678901234567890.123456789012345678";
  const written = (locale: string, amount: string) => plain(formatsOf(locale).credits(amount));
  assert.equal(written("en-GB", longest), "12,345,678,901,234,567,890.123456789012345678");
  assert.equal(written("de-DE", longest), "12.345.678.901.234.567.890,123456789012345678");
  assert.deepEqual(
    ["0", "9990", "-0.5", "0.000000000000000001"].map((of) => written("de-DE", of)),
    [
      "0",
      "9.990",
      "-0,5",
      "0,000000000000000001",
    ],
  );
});

Deno.test("a time names UTC in every locale", () => {
  const at = "2026-11-21T23:30:00.5+02:00";
  assert.equal(plain(formatsOf("en-GB").moment(at)), "21 November 2026 at 21:30 UTC");
  assert.equal(plain(formatsOf("de-DE").moment(at)), "21. November 2026 um 21:30 UTC");
  assert.equal(plain(formatsOf("en-US").moment(at)), "November 21, 2026 at 9:30 PM UTC");
});
