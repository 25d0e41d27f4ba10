/**
 * Finds the tests that are nearest to a mutant. They run first, because they detect most mutants.
 */
import { type Module, modulesOf } from "../tidy/sources/modules.ts";
import { isTest, type Source } from "../tidy/sources/source.ts";
import type { Mutant } from "./mutant.ts";
import { tree } from "./mutated-files.ts";

const DEFINED = /^create (?:or replace )?(?:function|view|table|trigger|procedure) ([\w.]+)/gm;

const bareName = (name: string) => name.replace(/^.*\./, "");

/**
 * Splits a schema file at its create statements. Each piece begins with a create statement, and has
 * the name of the created object.
 */
function piecesOf({ text }: Source): { name: string; start: number; body: string }[] {
  const starts = [...text.matchAll(DEFINED)];
  return starts.map((match, at) => ({
    name: bareName(match[1]!),
    start: match.index,
    body: text.slice(match.index, starts[at + 1]?.index),
  }));
}

/**
 * Returns each name's distance from the given name. The given name has distance 0. A name has
 * distance 1 if its definition uses the given name, distance 2 if it uses a name at distance 1, and
 * so on.
 */
function distances(from: string, pieces: { name: string; body: string }[]): Map<string, number> {
  const found = new Map([[from, 0]]);
  for (const [name, distance] of found) { // the loop also visits the entries that it adds
    const uses = new RegExp(`\\b${name}\\b`);
    for (const piece of pieces) {
      if (!found.has(piece.name) && uses.test(piece.body)) found.set(piece.name, distance + 1);
    }
  }
  return found;
}

function byDistance(files: [path: string, distance: number][]): string[] {
  return files.sort(([a, from], [b, to]) => from - to || (a < b ? -1 : 1)).map(([path]) => path);
}

/**
 * Returns the texts of a test's helpers. An SQL test includes them. A test with two database
 * sessions lists them in its call of `meetings`.
 */
function includedIn(text: string, sources: Source[]): string[] {
  const helpers = [...text.matchAll(/^\\ir \.\.\/(\S+)$/gm)]
    .map(([, file]) => `supabase/tests/${file}`);
  const named = /^meetings\(\[(.*)\]/m.exec(text)?.[1]?.match(/\w+/g) ?? [];
  helpers.push(...named.map((name) => `supabase/tests/helpers/${name}.psql`));
  return sources.filter(({ path }) => helpers.includes(path)).map((source) => source.text);
}

/**
 * Returns all SQL tests, nearest first: a test is near if it names the changed function or a
 * function that uses it.
 */
export const nearestPgtapFiles = (mutant: Mutant) =>
  nearestOf(/^supabase\/tests\/[^/]*\/[^/]*\.test\.sql$/, mutant);

/** Returns all tests with two database sessions, nearest first. */
export const nearestSessions = (mutant: Mutant) =>
  nearestOf(/^supabase\/tests\/.*\.test\.ts$/, mutant);

async function nearestOf(kind: RegExp, { file, start }: Mutant): Promise<string[]> {
  const sources = await tree();
  const schemas = sources.filter(({ path }) => path.startsWith("supabase/schemas/"));
  const own = piecesOf(schemas.find(({ path }) => path === file)!);
  const from = own.findLast((piece) => piece.start <= start)?.name;
  const reached = from ? distances(from, schemas.flatMap(piecesOf)) : new Map<string, number>();
  const files = sources.filter(({ path }) => kind.test(path));
  return byDistance(files.map(({ path, text }) => {
    const words = new Set([text, ...includedIn(text, sources)].join().match(/\w+/g));
    const named = [...reached].filter(([name]) => words.has(name)).map(([, distance]) => distance);
    return [path, Math.min(100, ...named)];
  }));
}

/**
 * Returns the test beside the changed module. After it come the functions' test files that import
 * the module directly or indirectly, nearest first.
 */
export async function nearestTests({ file }: Mutant): Promise<string[]> {
  const modules = modulesOf(await tree());
  const beside = file.replace(/\.ts$/, ".test.ts");
  const found = new Map<Module, number>();
  for (const module of modules) if (module.source.path === file) found.set(module, 0);
  for (const [module, distance] of found) { // the loop also visits the entries that it adds
    for (const user of [...module.users.values()].flatMap((users) => [...users])) {
      if (!found.has(user)) found.set(user, distance + 1);
    }
  }
  return byDistance(
    [...found].filter(([{ source }]) =>
      source.path === beside || isTest(source) && source.path.startsWith("supabase/functions/")
    ).map(([{ source: { path } }, distance]) => [path, path === beside ? 0 : distance]),
  );
}
