/**
 * `deno task schema [--check | --graph | --release]`: writes the migrations, and writes the
 * burn-down order into the functions that read lots in that order. --check reports files that are
 * out of date, --graph shows the other subjects that each subject uses, and --release records these
 * migrations as released. A subject is a folder of supabase/schemas.
 */
import { print, printError } from "@farthing/command-line";
import { ROOT } from "../command/root.ts";
import { writeBurnOrder } from "./burn-down.ts";
import { drawGraph, problemsOf } from "./subject-order.ts";
import { planTexts } from "./plan-migrations.ts";
import { badNames, brokenReleases, readReleased, readWritten, release } from "./released.ts";
import { readSchemas } from "./schema-files.ts";

const sources = await readSchemas();
const files = writeBurnOrder(sources);
const released = await readReleased(ROOT);
const written = await readWritten(ROOT);
const { texts, problems } = planTexts(files, released, written);
const stale = [
  ...files.filter(({ text }, at) => text !== sources[at]!.text)
    .map(({ path, text }) => [path, text] as const),
  ...[...texts].filter(([file, text]) => written.get(file) !== text)
    .map(([file, text]) => [`supabase/migrations/${file}`, text] as const),
];
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
    ...stale.map(([path]) => `${path} is stale: run deno task schema`),
  );
} else {
  for (const [path, text] of stale) {
    await Deno.writeTextFile(ROOT + path, text);
    print(`${path} written`);
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
    `supabase/migrations is up to date; ${
      count === 0 ? "nothing is released" : `${count} released`
    }`,
  );
}
