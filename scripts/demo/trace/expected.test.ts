import assert from "node:assert/strict";
import type { Package } from "../shared/catalogue.ts";
import { expectDemo } from "./expected.ts";
import { readFirst2000Requests, readTrace } from "./read-first-2000-requests.ts";

const rate = { input_per_million_usd: "5", output_per_million_usd: "15", markup: "4" };
const onSale = (
  [["Starter", 999, 9990, 0], ["Plus", 2499, 24990, 1250], ["Pro", 4999, 49990, 5000], [
    "Business",
    9999,
    99990,
    15000,
  ]] as const
).map(([name, amount, credits, bonus]): Package => ({
  id: name,
  name,
  amount,
  credits: String(credits),
  bonus_credits: String(bonus),
  total_credits: String(credits + bonus),
}));

Deno.test("expectDemo agrees with whole micro-credits counted from the bytes of the file", async () => {
  // This independent computation uses no CSV parser and no decimals. A million input tokens cost 5
  // USD, the markup is 4, and 1 USD buys 1,000 credits. So an input token costs 20,000 millionths
  // of a credit. An output token costs three times as much, because its price is 15 USD.
  const bytes = await Deno.readFile(
    new URL("../data/first-2000-requests-of-azure-llm-trace-2023-code.csv", import.meta.url),
  );
  let [line, field, digits] = [0, 0, 0n];
  const tokens = [0n, 0n, 0n];
  let refusedAt = -1;
  let [spent, micro] = [0n, 0n];
  for (const byte of bytes) {
    const ends = byte === 0x0a || byte === 0x2c;
    if (byte >= 0x30 && byte <= 0x39) digits = digits * 10n + BigInt(byte - 0x30);
    if (!ends) continue;
    if (line > 0 && field > 0) {
      tokens[field] = (tokens[field] ?? 0n) + digits;
      micro += digits * (field === 1 ? 20_000n : 60_000n);
    }
    [field, digits] = [field + 1, 0n];
    if (byte === 0x2c) continue;
    if (refusedAt < 0 && spent + micro > 9_990_000_000n) refusedAt = line - 1;
    [spent, micro, line, field] = [spent + micro, 0n, line + 1, 0];
  }

  const expected = expectDemo(readFirst2000Requests(), rate, onSale);
  assert.equal(line, 2001);
  assert.equal(BigInt(expected.input_tokens), tokens[1]);
  assert.equal(BigInt(expected.output_tokens), tokens[2]);
  assert.equal(BigInt(expected.credits.times(1_000_000).toFixed()), spent);
  assert.deepEqual(expected.refused, [refusedAt]);
  assert.equal(expected.credits.toFixed(), "83004.58");
});

Deno.test("expectDemo buys the smallest sufficient package, and burns bonus credits first", () => {
  const expected = expectDemo(readFirst2000Requests(), rate, onSale);
  assert.deepEqual(expected.bought.map(({ name }) => name), ["Starter", "Business"]);
  assert.deepEqual(expected.lots.map(({ name, left }) => [name, left.toFixed()]), [
    ["Starter paid", "0"],
    ["Business paid", "41975.42"],
    ["Business bonus", "0"],
  ]);
  assert.equal(expected.balance.toFixed(), "41975.42");
});

Deno.test("expectDemo repeats the largest package where no package covers the rest", () => {
  const small = onSale.filter(({ name }) => name === "Starter");
  const expected = expectDemo(readFirst2000Requests(), rate, small);
  assert.equal(expected.bought.length, 9);
  assert.equal(expected.refused.length, 8);
  assert.equal(expected.balance.toFixed(), "6905.42");
});

Deno.test("readTrace reads Windows and Unix line ends alike", () => {
  const lines = ["TIMESTAMP,ContextTokens,GeneratedTokens", "2023-11-16 18:17:03.9799600,4808,10"];
  const read = [{ input_tokens: 4808, output_tokens: 10 }];
  assert.deepEqual(readTrace(lines.join("\r\n") + "\r\n"), read);
  assert.deepEqual(readTrace(lines.join("\n")), read);
});

Deno.test("readTrace names the number of a line that is not in the trace's format", () => {
  const csv = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,-1,10";
  assert.throws(() => readTrace(csv), /line 2/);
  assert.throws(() => readTrace("a,b,c"), /line 1/);
});
