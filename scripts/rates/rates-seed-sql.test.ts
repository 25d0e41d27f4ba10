import assert from "node:assert/strict";
import { writeSeedRates } from "./rates-seed-sql.ts";

const read = (path: string) => Deno.readTextFile(new URL(path, import.meta.url));
const seed = await read("../../supabase/farthing_seed.sql");
const priceMap = await read("./data/litellm-prices.json");

Deno.test("writeSeedRates does not change the committed seed with the stored price map", () => {
  assert.equal(writeSeedRates(seed, priceMap), seed);
});

Deno.test("writeSeedRates writes the launch price of gpt-4o and the map's price of other models", () => {
  assert.match(seed, /\('gpt-4o', 1, 5, 2\.5, null, 15, null, '2024-05-13T00:00:00Z'\)/);
  assert.match(seed, /\('gpt-4o-mini', 1, 0\.15, 0\.075, null, 0\.6, null, /);
  assert.match(seed, /\('claude-3-haiku-20240307', 1, 0\.25, 0\.03, 0\.3, 1\.25, null, /);
});

Deno.test("writeSeedRates writes rows that never change an existing row", () => {
  assert.equal(
    seed.match(/^insert into /gm)?.length,
    seed.match(/^on conflict do nothing;$/gm)?.length,
  );
  assert.doesNotMatch(seed, /\b(update|delete|truncate)\b/i);
});

Deno.test("writeSeedRates refuses a map with an entry without a price", () => {
  assert.throws(() => writeSeedRates(seed, `{"free": {"mode": "chat"}}`), /free: no input/);
});

Deno.test("writeSeedRates refuses a seed without its section", () => {
  assert.throws(() => writeSeedRates("select 1;", priceMap), /must have the line/);
});
