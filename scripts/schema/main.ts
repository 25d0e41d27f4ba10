/**
 * `deno task schema [--check | --graph | --release]`: writes the migrations; or says whether the written ones
 * are true; or draws which subject names which; or writes down that these migrations are released.
 */
import { print, printError } from "../terminal/print.ts";
import { ROOT } from "../test/suite.ts";
import { drawGraph, problemsOf } from "./graph.ts";
import { planTexts } from "./plan.ts";
import { badNames, brokenReleases, readReleased, readWritten, release } from "./released.ts";
import { readSchemas } from "./sources.ts";

const files = await readSchemas();
const released = await readReleased(ROOT);
const written = await readWritten(ROOT);
const { texts, problems } = planTexts(files, released, written);
const stale = [...texts].filter(([file, text]) => written.get(file) !== text);
const uninstall = await Deno.readTextFile(`${ROOT}supabase/uninstall.sql`);
const found = [
  ...problemsOf(files),
  ...problems,
  ...brokenReleases(released, written),
  ...badNames(written, uninstall),
];

const releases = Deno.args.includes("--release");
const onlyLooks = releases || Deno.args.includes("--check");

if (Deno.args.includes("--graph")) {
  print(drawGraph(files));
} else if (onlyLooks) {
  found.push(
    ...stale.map(([file]) => `supabase/migrations/${file} is stale: run deno task schema`),
  );
} else {
  for (const [file, text] of stale) {
    await Deno.writeTextFile(`${ROOT}supabase/migrations/${file}`, text);
    print(`supabase/migrations/${file} written`);
  }
}
for (const problem of found) printError(problem);
if (found.length > 0) Deno.exit(1);

if (releases) {
  const text = JSON.stringify(release(written), null, 2);
  await Deno.writeTextFile(`${ROOT}supabase/released.json`, `${text}\n`);
  print(`supabase/released.json has ${written.size} migrations; from now on they never change`);
} else if (onlyLooks || stale.length === 0) {
  const count = Object.keys(released).length;
  print(
    `supabase/migrations is fresh; ${count === 0 ? "nothing is released" : `${count} released`}`,
  );
}
