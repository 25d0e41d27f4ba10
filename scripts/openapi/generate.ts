/**
 * Writes the files that are generated from the routes' declarations: the OpenAPI document, the
 * tables of routes and errors, the schema of `farthing.packages.json`, and the client's types. With
 * `--check` it writes nothing, and fails if the committed files differ.
 */
import pc from "picocolors";
import { print } from "@farthing/command-line";
import { buildDocument } from "./build-document.ts";
import { buildClientTypes, buildErrorCodes } from "./build-client-types.ts";
import { buildErrorsPage } from "./build-errors-page.ts";
import { buildPackagesSchema } from "./build-packages-schema.ts";
import { buildRoutesPage } from "./build-routes-page.ts";

const ROOT = new URL("../../", import.meta.url);

/** The generated files. The functions import the first one, and the client imports the last two. */
const FILES: readonly { path: string; build: () => string | Promise<string> }[] = [
  { path: "supabase/functions/_shared/generated/openapi.json", build: buildDocument },
  { path: "docs/reference/api/routes.md", build: () => buildRoutesPage(buildDocument()) },
  { path: "docs/reference/api/errors.md", build: buildErrorsPage },
  {
    path: "docs/reference/api/packages.schema.json",
    build: () => buildPackagesSchema(buildDocument()),
  },
  { path: "packages/client/generated/api.ts", build: () => buildClientTypes(buildDocument()) },
  { path: "packages/client/generated/error-codes.ts", build: buildErrorCodes },
];

async function readIfThere(url: URL): Promise<string> {
  try {
    return await Deno.readTextFile(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function firstDifference(before: string, after: string): string {
  const old = before.split("\n");
  const fresh = after.split("\n");
  const line = fresh.findIndex((text, index) => text !== old[index]);
  const at = line === -1 ? fresh.length : line;
  return [
    `  line ${at + 1}`,
    pc.red(`  - ${old[at]?.trim() ?? "(end of file)"}`),
    pc.green(`  + ${fresh[at]?.trim() ?? "(end of file)"}`),
  ].join("\n");
}

async function main(isCheck: boolean): Promise<number> {
  let stale = 0;
  for (const { path, build } of FILES) {
    const url = new URL(path, ROOT);
    const before = await readIfThere(url);
    const after = await build();
    if (before === after) {
      print(`${pc.green("fresh")}    ${path}`);
    } else if (isCheck) {
      stale += 1;
      print(`${pc.red("stale")}    ${path}\n${firstDifference(before, after)}`);
    } else {
      await Deno.writeTextFile(url, after);
      print(`${pc.yellow("written")}  ${path}`);
    }
  }
  if (stale > 0) print(`Run ${pc.bold("deno task openapi")} and commit the result.`);
  return stale > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args.includes("--check")));
