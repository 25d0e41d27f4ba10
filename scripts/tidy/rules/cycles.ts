/** Finds cycles of imports, including type imports, between files and between folders. */
import { dirname } from "node:path/posix";
import { lineOfImport, type Module, modulesOf, servesTests } from "../sources/modules.ts";
import type { Finding, Rule } from "../sources/source.ts";

/** Tests and benchmarks are left out, because nothing else imports them. */
const AREAS = /^(?:supabase\/functions|packages|scripts)\//;

/** The module `from` imports the module `to`. */
interface Import {
  readonly from: Module;
  readonly to: Module;
}

/**
 * Maps each node, which is a file or a folder, to the nodes that it imports. For each of these, one
 * import is stored as an example.
 */
type Graph = Map<string, Map<string, Import>>;

function importsIn(modules: Module[]): Import[] {
  return modules.flatMap((to) => {
    const users = new Set([...to.users.values()].flatMap((each) => [...each]));
    return [...users].filter((from) => modules.includes(from)).map((from) => ({ from, to }));
  });
}

/** Returns the two nodes that an import connects; null if the import does not count. */
type NodesOf = (each: Import) => readonly [string, string] | null;

function graphOf(
  imports: Import[],
  nodesOf: NodesOf,
): Graph {
  const graph: Graph = new Map();
  for (const each of imports) {
    const nodes = nodesOf(each);
    if (nodes === null || nodes[0] === nodes[1]) continue;
    const targets = graph.get(nodes[0]) ?? new Map<string, Import>();
    if (!targets.has(nodes[1])) targets.set(nodes[1], each);
    graph.set(nodes[0], targets);
  }
  return graph;
}

/**
 * Returns a shortest cycle through `start`: its nodes in the order of the imports. Returns null if
 * there is none.
 */
function cycleThrough(graph: Graph, start: string): string[] | null {
  const previous = new Map<string, string>();
  const queue = [start];
  for (const node of queue) {
    for (const next of graph.get(node)?.keys() ?? []) {
      if (next === start) {
        const path = [node];
        while (path[0] !== start) path.unshift(previous.get(path[0]!)!);
        return path;
      }
      if (previous.has(next)) continue;
      previous.set(next, node);
      queue.push(next);
    }
  }
  return null;
}

/**
 * Returns cycles that have no node in common. A cycle that shares a node with a returned cycle is
 * found only in a later run, after the returned cycle was resolved.
 */
function cyclesIn(graph: Graph): string[][] {
  const cycles: string[][] = [];
  const named = new Set<string>();
  for (const node of [...graph.keys()].sort()) {
    const cycle = named.has(node) ? null : cycleThrough(graph, node);
    if (cycle === null || cycle.some((each) => named.has(each))) continue;
    cycle.forEach((each) => named.add(each));
    cycles.push(cycle);
  }
  return cycles;
}

const files: NodesOf = ({ from, to }) => [from.source.path, to.source.path];

/**
 * A node is a folder without its subfolders. So a folder and its subfolder form a cycle if each of
 * them imports the other.
 */
const folders: NodesOf = ({ from, to }) => [dirname(from.source.path), dirname(to.source.path)];

/**
 * A node is a folder together with its subfolders. An import connects two folders with the same
 * parent folder: one contains the importing file, and the other contains the imported file.
 */
const siblings: NodesOf = ({ from, to }) => {
  const [a, b] = [from.source.path.split("/"), to.source.path.split("/")];
  const fork = a.findIndex((name, at) => name !== b[at]);
  if (fork === -1 || fork >= a.length - 1 || fork >= b.length - 1) return null;
  return [a.slice(0, fork + 1).join("/"), b.slice(0, fork + 1).join("/")];
};

function findingOf(graph: Graph, cycle: string[]): Finding {
  const steps = cycle.map((node, at) => graph.get(node)!.get(cycle[(at + 1) % cycle.length]!)!);
  const [first] = steps;
  const imports = steps.map(({ from, to }) => `${from.source.path} imports ${to.source.path}`);
  return {
    path: first!.from.source.path,
    line: lineOfImport(first!.from, first!.to),
    message: `${[...cycle, cycle[0]].join(" → ")} is a cycle (${imports.join("; ")}): ` +
      "move what they share to a file or folder below both",
  };
}

export const cycles: Rule = {
  name: "cycles",
  check(sources) {
    const imports = importsIn(
      modulesOf(sources).filter((module) => AREAS.test(module.source.path) && !servesTests(module)),
    );
    const findings = [files, folders, siblings].flatMap((nodesOf) => {
      const graph = graphOf(imports, nodesOf);
      return cyclesIn(graph).map((cycle) => findingOf(graph, cycle));
    });
    // A cycle of folders that have no subfolders is found in both graphs, `folders` and `siblings`.
    // It must be reported only once.
    return findings.filter(({ message }, at) =>
      findings.findIndex((other) => other.message === message) === at
    );
  },
};
