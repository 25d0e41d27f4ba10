import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { type Changed, type RatesRequest, SettingsApiError } from "../project/settings-api.ts";
import { type ImportOptions, importRates, ImportRefused } from "./import-rates.ts";
import { PriceMapError } from "./price-map.ts";

const priceMap = `{
  "old": {"mode": "chat", "input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05},
  "new": {"mode": "chat", "input_cost_per_token": 1e-07, "output_cost_per_token": 4e-07}
}`;
const bad = `{"minus": {"mode": "chat", "input_cost_per_token": -1, "output_cost_per_token": 1e-06},
  ${priceMap.trim().slice(1)}`;
const changed: Changed = {
  version: "7",
  dry_run: true,
  changes: [
    {
      name: "new",
      change: "added",
      version: 1,
      fields: [{ field: "markup", from: null, to: "4" }],
    },
    {
      name: "old",
      change: "changed",
      version: 2,
      fields: [{ field: "input_per_million_usd", from: "5", to: "2.5" }],
    },
  ],
  unchanged: 0,
};

/**
 * Runs an import against a stub of the project, which answers with `answer`. Returns the requests
 * that the stub received, and the printed lines.
 */
async function run(
  options: Partial<ImportOptions>,
  answer = changed,
  write: () => Promise<void> = () => Promise.resolve(),
) {
  const calls: RatesRequest[] = [];
  const said: string[] = [];
  const api = {
    readRates: () => Promise.resolve({ version: "7", rates: [], scheduled: [], history: [] }),
    setRates: async (request: RatesRequest) => {
      calls.push(request);
      if (!request.dry_run) await write();
      return answer;
    },
  };
  const outcome = await importRates(
    { priceMap, reason: null, markup: null, skipRefused: false, ...options },
    api,
    (text = "") => said.push(stripVTControlCharacters(text)),
  ).catch((error: unknown) => error);
  return { calls, said: said.join("\n"), outcome, dryRuns: calls.map(({ dry_run }) => dry_run) };
}

Deno.test("importRates without a reason shows old, new and percentage and writes nothing", async () => {
  const { said, dryRuns } = await run({});
  assert.deepEqual(dryRuns, [true]);
  assert.match(said, /\+ new +0\.1 +– +– +0\.4 +– +4/);
  assert.match(said, /~ old +input +5 +→ +2\.5 +−50 %/);
  assert.match(said, /Dry run: nothing is written/);
});

Deno.test("importRates with a reason shows the difference first, then writes it", async () => {
  const { said, dryRuns, calls } = await run({ reason: "why", markup: "3" });
  assert.deepEqual(dryRuns, [true, false]);
  assert.deepEqual(calls[1]?.rates, calls[0]?.rates);
  assert.deepEqual([calls[1]?.version, calls[1]?.reason], ["7", "why"]);
  assert.ok(calls[1]?.rates.every(({ markup }) => markup === "3"));
  assert.match(said, /Written: 2 new rate versions/);
});

Deno.test("importRates with a reason writes nothing if nothing changes", async () => {
  const { said, dryRuns } = await run({ reason: "why" }, { ...changed, changes: [], unchanged: 2 });
  assert.deepEqual(dryRuns, [true]);
  assert.match(said, /= 2 unchanged\n\nNothing to do\./);
});

Deno.test("importRates stops at a refused price before it asks the database", async () => {
  const { said, calls, outcome } = await run({ priceMap: bad, reason: "why" });
  assert.ok(outcome instanceof ImportRefused);
  assert.deepEqual(calls, []);
  assert.match(said, /minus: input_cost_per_token is negative/);
});

Deno.test("importRates with skipRefused imports the entries without a refused price", async () => {
  const { calls } = await run({ priceMap: bad, reason: "why", skipRefused: true });
  assert.deepEqual(calls[1]?.rates.map(({ model }) => model), ["old", "new"]);
});

Deno.test("importRates sends nothing to the database for a bad file or without a rate", async () => {
  const broken = await run({ priceMap: "{", reason: "why" });
  assert.ok(broken.outcome instanceof PriceMapError);
  const empty = await run({ priceMap: `{"e": {"mode": "embedding"}}`, reason: "why" });
  assert.ok(empty.outcome instanceof ImportRefused);
  assert.deepEqual([...broken.calls, ...empty.calls], []);
});

Deno.test("importRates names what it skipped, with reason and count", async () => {
  const models = ["a", "b", "c", "d"].map((name) => `"${name}": {"mode": "embedding"}`);
  const { said } = await run({ priceMap: `{${models.join()}}` });
  assert.match(said, /4 +skipped: mode embedding .*\(a, b, c and 1 more\)/);
});

Deno.test("importRates fails if another change came between", async () => {
  const conflict = new SettingsApiError("the version is old");
  const { outcome, dryRuns } = await run(
    { reason: "why" },
    changed,
    () => Promise.reject(conflict),
  );
  assert.equal(outcome, conflict);
  assert.deepEqual(dryRuns, [true, false]);
});
