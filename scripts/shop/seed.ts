/**
 * `deno task packages:seed`: writes the packages in supabase/farthing_seed.sql from
 * farthing.packages.json.
 */
import { print } from "@farthing/command-line";
import { writeSeedPackages } from "./packages-seed-sql.ts";

const seedFile = new URL("../../supabase/farthing_seed.sql", import.meta.url);
const packagesFile = new URL("../../farthing.packages.json", import.meta.url);

const before = await Deno.readTextFile(seedFile);
const after = writeSeedPackages(before, await Deno.readTextFile(packagesFile));
if (after !== before) await Deno.writeTextFile(seedFile, after);
print(
  after === before
    ? "supabase/farthing_seed.sql is up to date"
    : "supabase/farthing_seed.sql is written",
);
