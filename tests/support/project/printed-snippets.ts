/** Turns the code blocks of the docs into modules that a test can run. */
import { equal, ok } from "node:assert/strict";
import { ROOT } from "../../../scripts/command/root.ts";

/**
 * A code block of a docs page. `given` are the variables that the block needs from outside. `gives`
 * are its own variables that a test or a later block uses.
 */
export interface Snippet {
  readonly name: string;
  readonly given: readonly string[];
  readonly gives: readonly string[];
}

/** A fenced code block of a docs page. */
export interface Block {
  readonly language: string;
  readonly code: string;
  /** The paragraph before the code block, which may name the file that contains the block. */
  readonly lead: string;
}

/** Returns all code blocks of a page, in the page's order. */
export async function blocksIn(page: string): Promise<Block[]> {
  const text = await Deno.readTextFile(`${ROOT}${page}`);
  const fences = text.matchAll(/(?:^|\n\n)((?:(?!```).+\n)*)\n?```(\w+)\n([\s\S]*?)^```$/gm);
  return [...fences].map(([, lead = "", language = "", code = ""]) => ({ language, code, lead }));
}

/** Returns the TypeScript blocks of a page, in the page's order. */
async function printedIn(page: string): Promise<string[]> {
  return (await blocksIn(page)).filter(({ language }) => language === "ts").map(({ code }) => code);
}

export const snippet = (name: string, given: string[], gives: string[] = []): Snippet => ({
  name,
  given,
  gives,
});

export type Types = Readonly<Record<string, string>>;

/**
 * The types of these variables in an app. A variable that is not in this list has the type `any`.
 */
const TYPES: Types = {
  supabase: 'import("@supabase/supabase-js").SupabaseClient',
  server: 'import("@supabase/supabase-js").SupabaseClient',
  operator: 'import("@supabase/supabase-js").SupabaseClient',
  user: 'import("@supabase/supabase-js").User',
  untilEnded: "(id: string) => Promise<unknown>",
  farthing: 'import("@farthing/client").Farthing',
};

/** Makes a module from a block. After the imports, the block becomes the body of a function `run`. */
function moduleOf(code: string, { given, gives }: Snippet, types: Types): string {
  const isImport = (line: string) => /^import .* from ".*";$/.test(line);
  const lines = code.split("\n");
  const declared = given.map((name) => `${name}: ${types[name] ?? "any"}`);
  return [
    ...lines.filter(isImport),
    `export async function run({ ${given.join(", ")} }: { ${declared.join("; ")} }) {`,
    ...lines.filter((line) => !isImport(line)),
    `  return { ${gives.join(", ")} };`,
    "}",
    "",
  ].join("\n");
}

/**
 * Writes each block of these pages as a module, to the file `<name>.ts` in the folder.
 *
 * @param types the types of the variables that have a different type in these pages than in TYPES
 */
export async function writeModules(
  folder: string,
  pages: Readonly<Record<string, readonly Snippet[]>>,
  types: Types = {},
): Promise<string[]> {
  const files: string[] = [];
  for (const [page, snippets] of Object.entries(pages)) {
    const printed = await printedIn(page);
    equal(printed.length, snippets.length, `blocks of ${page}: name each in this test`);
    for (const [index, each] of snippets.entries()) {
      const file = `${folder}/${each.name}.ts`;
      await Deno.writeTextFile(file, moduleOf(printed[index]!, each, { ...TYPES, ...types }));
      files.push(file);
    }
  }
  return files;
}

/**
 * Checks the types of modules. `deno check` would ignore a module in a folder that deno.json
 * excludes, such as .farthing, and succeed.
 */
export async function typeCheck(files: string[]): Promise<void> {
  const args = ["cache", "--check", "--config", "deno.json", ...files];
  const command = new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "piped" });
  const { success, stderr } = await command.output();
  ok(success, new TextDecoder().decode(stderr));
}
