/** Finds dead code: modules that nothing runs or imports, and exports that nothing uses. */
import ts from "typescript";
import { type Module, modulesOf, servesTests } from "../sources/modules.ts";
import { type Rule, syntaxOf, walk } from "../sources/source.ts";

function usersOf({ users }: Module, name: string): Module[] {
  return [...users.get(name) ?? [], ...users.get("*") ?? []];
}

/** Returns whether the module itself uses a name, apart from declaring it. */
function usesOwn({ source }: Module, name: string): boolean {
  let count = 0;
  walk(syntaxOf(source), (node) => {
    if (ts.isIdentifier(node) && node.text === name) count += 1;
  });
  return count > 1;
}

/**
 * Returns whether an export counts as used. An export counts if product code imports it. A type
 * also counts if its own module uses it, because callers may need to name the type. An export that
 * only tests import counts if its module serves tests, has an import name in a deno.json, or uses
 * the export itself.
 */
function isTaken(module: Module, { name, type }: Module["exports"][number]): boolean {
  const users = usersOf(module, name);
  if (type && usesOwn(module, name)) return true;
  if (users.some((user) => !servesTests(user))) return true;
  return users.length > 0 && (module.named || servesTests(module) || usesOwn(module, name));
}

/** Matches the modules that Next.js finds by their names, in an app of `examples`. */
const FOUND_BY_NEXT = /^examples\/[^/]+\/(?:proxy\.ts|app\/(?:.+\/)?(?:layout|page|route)\.tsx?)$/;

/**
 * Returns whether a module may have exports that nothing in this repository imports. These are a
 * package's public interface, a function's entry point, a module that a framework finds, generated
 * code, and a module that the UI blocks of an example import. These copies of the blocks are not in
 * the repository, because the example's installation makes them from registry/.
 */
function isPublic({ source, entry }: Module): boolean {
  return source.generated || FOUND_BY_NEXT.test(source.path) ||
    /^packages\/[^/]+\/(?:mod|react|server)\.tsx?$/.test(source.path) ||
    /^examples\/[^/]+\/src\/lib\//.test(source.path) ||
    (entry && /^supabase\/functions\//.test(source.path));
}

export const deadExport: Rule = {
  name: "dead-export",
  check: (sources) =>
    modulesOf(sources).filter((module) => !isPublic(module)).flatMap((module) =>
      module.exports.filter((each) => !isTaken(module, each)).map(({ name, line }) => ({
        path: module.source.path,
        line,
        message: usersOf(module, name).length > 0
          ? `${name} is exported, and only tests use it: remove it, or move it to a folder named testing`
          : `${name} is exported, and nothing imports it: remove it, or only its \`export\``,
      }))
    ),
};

export const deadModule: Rule = {
  name: "dead-module",
  check: (sources) =>
    modulesOf(sources).filter((module) =>
      !module.entry && module.users.size === 0 && !isPublic(module)
    )
      .map(({ source: { path } }) => ({
        path,
        line: 1,
        message: "nothing runs or imports this file: remove it",
      })),
};
