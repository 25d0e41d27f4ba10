/**
 * `deno task types [--check]`: writes the database's types. With --check, only checks whether the
 * types in the file are up to date.
 */
import { print, printError } from "@farthing/command-line";
import { ROOT } from "../command/root.ts";
import { TYPES_FILE, typesOfMigrations } from "./generate.ts";

const file = `${ROOT}${TYPES_FILE}`;
const types = await typesOfMigrations();
const written = await Deno.readTextFile(file).catch(() => "");

if (types === written) {
  print(`${TYPES_FILE} is up to date`);
} else if (Deno.args.includes("--check")) {
  printError(`${TYPES_FILE} is out of date: run deno task types`);
  Deno.exit(1);
} else {
  await Deno.writeTextFile(file, types);
  print(`${TYPES_FILE} written`);
}
