/** Dead code: modules that nothing runs or imports, and exports that nothing takes. */
import ts from "typescript";
import { type Module, modulesOf, servesTests } from "../sources/modules.ts";
import { type Rule, syntaxOf, walk } from "../sources/source.ts";

function usersOf({ users }: Module, name: string): Module[] {
  return [...users.get(name) ?? [], ...users.get("*") ?? []];
}

/** How often the module itself speaks of a name beside declaring it. */
function usesOwn({ source }: Module, name: string): boolean {
  let count = 0;
  walk(syntaxOf(source), (node) => {
    if (ts.isIdentifier(node) && node.text === name) count += 1;
  });
  return count > 1;
}

/**
 * Taken by product code; or by tests alone, where the module serves tests, is a package's face, or uses
 * the name itself.
 * A type that its own module speaks of may be exported for whoever has to name it.
 */
function isTaken(module: Module, { name, type }: Module["exports"][number]): boolean {
  const users = usersOf(module, name);
  if (type && usesOwn(module, name)) return true;
  if (users.some((user) => !servesTests(user))) return true;
  return users.length > 0 && (module.face || servesTests(module) || usesOwn(module, name));
}

/** A package's exports are for others: those of its `mod.ts` are its public interface. */
function isPublic({ source, entry }: Module): boolean {
  return source.generated || /^packages\/[^/]+\/(?:mod|react)\.tsx?$/.test(source.path) ||
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
          ? `${name} is exported, and only tests use it`
          : `${name} is exported, and nothing imports it`,
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
        message: "nothing runs or imports this file",
      })),
};
