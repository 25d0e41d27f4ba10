/** The project's own modules, and the imports of each, including imports of types. */
import { z } from "zod";
import { ROOT } from "../command/root.ts";

/** Maps the path of each module to the paths of the modules that it imports. */
export type ModuleGraph = ReadonlyMap<string, readonly string[]>;

const target = z.object({ specifier: z.string().optional() }).optional();

const info = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    dependencies: z.array(z.object({ code: target, type: target })).optional(),
  })),
});

const HERE = `file://${ROOT}`;

/** Returns the paths of the modules that are in the repository and not in node_modules. */
function ownPaths(specifiers: readonly (string | undefined)[]): string[] {
  return specifiers
    .filter((name) => name?.startsWith(HERE) && !name.includes("/node_modules/"))
    .map((name) => name!.slice(HERE.length));
}

/** Reads the entries and all modules that they import, directly or through others. */
export async function readGraph(entries: readonly string[]): Promise<ModuleGraph> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const imports = entries.map((path) => `import ${JSON.stringify(HERE + path)};`);
    await Deno.writeTextFile(entry, imports.join("\n"));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", `${ROOT}deno.json`, entry],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const { modules } = info.parse(JSON.parse(new TextDecoder().decode(stdout)));
    return new Map(
      modules.flatMap(({ specifier, dependencies = [] }) =>
        ownPaths([specifier]).map((path) => [
          path,
          ownPaths(dependencies.flatMap(({ code, type }) => [code?.specifier, type?.specifier])),
        ])
      ),
    );
  } finally {
    await Deno.remove(entry);
  }
}

/**
 * Returns the given modules that are in the graph, and all modules that import them, directly or
 * through others.
 */
export function withDependents(graph: ModuleGraph, modules: readonly string[]): string[] {
  const users = new Map<string, string[]>();
  for (const [path, imports] of graph) {
    for (const each of imports) users.set(each, [...users.get(each) ?? [], path]);
  }
  const found = new Set<string>();
  const queue = modules.filter((path) => graph.has(path));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    queue.push(...users.get(path) ?? []);
  }
  return [...found].sort();
}
