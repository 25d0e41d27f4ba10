/**
 * Finds the modules whose types a push must check: the modules that the push has changed, and all
 * modules that import them.
 */
import { findModules } from "../../test-tools/deno-tests.ts";
import { type Changes, textBefore } from "../../test-tools/changes-since-base.ts";
import { readGraph, withDependents } from "../../test-tools/module-graph.ts";
import { ROOT } from "../../command/root.ts";

const MODULE = /\.(?:[cm]?[jt]sx?|json)$/;

/**
 * Matches files that determine how modules are found and checked, and the version of Deno that
 * checks them.
 */
const OF_ALL = new RegExp(
  [
    /(?:^|\/)(?:deno\.jsonc?|deno\.lock|package(?:-lock)?\.json)$/,
    /\.d\.ts$/,
    /^(?:\.ci\/run$|\.github\/|scripts\/ok\/)/,
  ].map(({ source }) => source).join("|"),
);

const DECLARES = /^declare (?:global|module)\b/m;

/**
 * Whether every module must be checked. This is so in three cases. The configuration of the check
 * has changed. A module was removed, and others may still import it. Or a changed module has or had
 * a `declare global` or `declare module`, which also affects modules that do not import it.
 */
async function mustCheckAll({ there, gone }: Changes): Promise<boolean> {
  if ([...there, ...gone].some((path) => OF_ALL.test(path))) return true;
  if (gone.some((path) => MODULE.test(path))) return true;
  for (const path of there.filter((path) => MODULE.test(path))) {
    if (DECLARES.test(await Deno.readTextFile(ROOT + path) + await textBefore(path))) return true;
  }
  return false;
}

/**
 * Returns the modules in these folders whose types the changes may have broken; undefined if every
 * module must be checked.
 */
export async function typesToCheck(
  folders: readonly string[],
  changes: Changes,
): Promise<string[] | undefined> {
  if (await mustCheckAll(changes)) return undefined;
  const modules = await findModules(folders);
  return withDependents(await readGraph(modules), changes.there).filter((path) =>
    modules.includes(path)
  );
}
