import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import type { RatesDiff } from "./rates-rpc.ts";
import { type ImportOptions, importRates, ImportRefused } from "./import-rates.ts";
import { PriceMapError, type Rate } from "./price-map.ts";

const priceMap = `{
  "old": {"mode": "chat", "input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05},
  "new": {"mode": "chat", "input_cost_per_token": 1e-07, "output_cost_per_token": 4e-07}
}`;
const bad = `{"minus": {"mode": "chat", "input_cost_per_token": -1, "output_cost_per_token": 1e-06},
  ${priceMap.trim().slice(1)}`;
const diff: RatesDiff = {
  added: ["new"],
  changed: [{ model: "old", field: "input_per_million_usd", from: "5", to: "2.5" }],
  unchanged: 0,
};

/**
 * Runs an import against a database stub that returns `answer`. Returns the stub's calls and the
 * printed lines.
 */
async function run(options: Partial<ImportOptions>, answer = diff) {
  const calls: { rates: Rate[]; dryRun: boolean }[] = [];
  const said: string[] = [];
  const outcome = await importRates(
    { priceMap, apply: false, markup: null, skipRefused: false, ...options },
    (rates, dryRun) => {
      calls.push({ rates, dryRun });
      return Promise.resolve(answer);
    },
    (text = "") => said.push(stripVTControlCharacters(text)),
  ).catch((error: unknown) => error);
  return { calls, said: said.join("\n"), outcome, dryRuns: calls.map(({ dryRun }) => dryRun) };
}

Deno.test("importRates without apply shows old, new and percentage and writes nothing", async () => {
  const { said, dryRuns } = await run({});
  assert.deepEqual(dryRuns, [true]);
  assert.match(said, /\+ new +0\.1 +– +– +0\.4 +– +4/);
  assert.match(said, /~ old +input +5 +→ +2\.5 +−50 %/);
  assert.match(said, /Dry run: nothing is written/);
});

Deno.test("importRates with apply shows the difference first, then writes it", async () => {
  const { said, dryRuns, calls } = await run({ apply: true, markup: "3" });
  assert.deepEqual(dryRuns, [true, false]);
  assert.deepEqual(calls[1]?.rates, calls[0]?.rates);
  assert.ok(calls[1]?.rates.every(({ markup }) => markup === "3"));
  assert.match(said, /Written: 2 new rate versions/);
});

Deno.test("importRates with apply writes nothing if nothing changes", async () => {
  const { said, dryRuns } = await run({ apply: true }, { added: [], changed: [], unchanged: 2 });
  assert.deepEqual(dryRuns, [true]);
  assert.match(said, /= 2 unchanged\n\nNothing to do\./);
});

Deno.test("importRates stops at a refused price before it asks the database", async () => {
  const { said, calls, outcome } = await run({ priceMap: bad, apply: true });
  assert.ok(outcome instanceof ImportRefused);
  assert.deepEqual(calls, []);
  assert.match(said, /minus: input_cost_per_token is negative/);
});

Deno.test("importRates with skipRefused imports the entries without a refused price", async () => {
  const { calls } = await run({ priceMap: bad, apply: true, skipRefused: true });
  assert.deepEqual(calls[1]?.rates.map(({ model }) => model), ["old", "new"]);
});

Deno.test("importRates sends nothing to the database for a bad file or without a rate", async () => {
  const broken = await run({ priceMap: "{", apply: true });
  assert.ok(broken.outcome instanceof PriceMapError);
  const empty = await run({ priceMap: `{"e": {"mode": "embedding"}}`, apply: true });
  assert.ok(empty.outcome instanceof ImportRefused);
  assert.deepEqual([...broken.calls, ...empty.calls], []);
});

Deno.test("importRates names what it skipped, with reason and count", async () => {
  const models = ["a", "b", "c", "d"].map((name) => `"${name}": {"mode": "embedding"}`);
  const { said } = await run({ priceMap: `{${models.join()}}` });
  assert.match(said, /4 +skipped: mode embedding .*\(a, b, c and 1 more\)/);
});
