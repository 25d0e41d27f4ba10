import assert from "node:assert/strict";
import { writeSeedPackages } from "./packages-seed-sql.ts";

const read = (path: string) => Deno.readTextFile(new URL(path, import.meta.url));
const seed = await read("../../supabase/farthing_seed.sql");
const file = await read("../../farthing.packages.json");

Deno.test("writeSeedPackages does not change the committed seed with the committed file", () => {
  assert.equal(writeSeedPackages(seed, file), seed);
});

Deno.test("writeSeedPackages writes every price of a package", () => {
  const [plus] = JSON.parse(file).packages.filter((each: { slug: string }) => each.slug === "plus");
  const other = {
    ...plus,
    description: "It's more",
    prices: [
      { currency: "eur", amount: 2299 },
      { currency: "usd", amount: 2499 },
    ],
  };
  const written = writeSeedPackages(seed, JSON.stringify({ packages: [other] }));
  assert.match(written, /'plus', 'Plus',$/m);
  assert.match(
    written,
    /'It''s more', false, 0, 2299, 'eur', '\{"usd":2499\}'::jsonb, 24990, 1250\)/,
  );
});

Deno.test("writeSeedPackages refuses a package without a seeded id", () => {
  const mini = `{"packages": [{"slug": "mini", "name": "Mini", "credits": "1",
    "prices": [{"currency": "usd", "amount": 1}]}]}`;
  assert.throws(() => writeSeedPackages(seed, mini), /mini has no id/);
});

Deno.test("writeSeedPackages refuses a seed without its section", () => {
  assert.throws(() => writeSeedPackages("select 1;", file), /must have the line/);
});
