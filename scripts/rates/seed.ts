/**
 * `deno task rates:seed`: writes the rates in supabase/farthing_seed.sql from the committed price
 * map.
 */
import { print } from "@farthing/command-line";
import { writeSeedRates } from "./rates-seed-sql.ts";

const seedFile = new URL("../../supabase/farthing_seed.sql", import.meta.url);
const mapFile = new URL("./data/litellm-prices.json", import.meta.url);

const before = await Deno.readTextFile(seedFile);
const after = writeSeedRates(before, await Deno.readTextFile(mapFile));
if (after !== before) await Deno.writeTextFile(seedFile, after);
print(
  after === before
    ? "supabase/farthing_seed.sql is up to date"
    : "supabase/farthing_seed.sql is written",
);
