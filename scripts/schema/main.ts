/**
 * `deno task schema [--check | --graph]`: writes the migrations; or says whether the written ones are true;
 * or draws which subject names which.
 */
import { print, printError } from "../terminal/print.ts";
import { MIGRATIONS } from "../test/project-database.ts";
import { buildMigrations } from "./build.ts";
import { drawGraph, problemsOf } from "./graph.ts";
import { readSchemas } from "./sources.ts";

const files = await readSchemas();
const built = buildMigrations(files);
const written = new Map<string, string>();
for await (const { name } of Deno.readDir(MIGRATIONS)) {
  written.set(name, await Deno.readTextFile(`${MIGRATIONS}/${name}`));
}
const strange = [...written.keys()].filter((name) => !built.some(({ file }) => file === name));
const stale = built.filter(({ file, text }) => written.get(file) !== text);
const problems = problemsOf(files);
problems.push(
  ...strange.map((name) => `supabase/migrations/${name} is not built from the schemas`),
);
for (const problem of problems) printError(problem);

if (Deno.args.includes("--graph")) {
  print(drawGraph(files));
} else if (stale.length === 0) {
  print("supabase/migrations is fresh");
} else if (Deno.args.includes("--check")) {
  for (const { file } of stale) {
    printError(`supabase/migrations/${file} is stale: run deno task schema`);
  }
} else {
  for (const { file, text } of stale) {
    await Deno.writeTextFile(`${MIGRATIONS}/${file}`, text);
    print(`supabase/migrations/${file} written`);
  }
}
if (problems.length > 0 || (Deno.args.includes("--check") && stale.length > 0)) Deno.exit(1);
