/**
 * A new Vite app with React, Tailwind and shadcn's configuration, into which shadcn's own command
 * installs blocks from this repository. The app is built with tsc and Vite.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { dirname } from "node:path";
import { packTarballs, succeeds } from "../client/packed.ts";
import { ROOT } from "../../scripts/command/root.ts";
import { blocksIn } from "../support/project/printed-snippets.ts";

/** The main file of the app's page. Its folder is copied as the app's source. */
const PAGE = "tests/blocks/preview/main.tsx";

const RECIPE = "docs/recipes/add-the-blocks.md";
/** The folder in the app's source for the code that the recipe prints. */
const PRINTED = "printed";

const VITE_CONFIG = `
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
export default {
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
};`;

/** With these options, npm prefers its cache, and sends no requests except for packages. */
const NPM = ["--prefer-offline", "--no-audit", "--no-fund"];

export interface NewApp {
  readonly folder: string;
  /** The folder with the files that shadcn's command reads: one file for each block. */
  readonly registry: string;
}

/** Returns the names of all blocks. */
export async function blockNames(): Promise<string[]> {
  const { items } = JSON.parse(await Deno.readTextFile(`${ROOT}registry.json`));
  return (items as { name: string }[]).map(({ name }) => name).sort();
}

/** Runs the shadcn command that is installed in the app at a fixed version. */
function shadcn({ folder }: NewApp, args: string[], cwd = folder): Promise<string> {
  return succeeds(`${folder}/node_modules/.bin/shadcn`, args, { cwd });
}

/** Installs these blocks by their paths. No file of the app is replaced. */
export async function addBlocks(app: NewApp, blocks: readonly string[]): Promise<void> {
  await shadcn(app, ["add", "--yes", ...blocks.map((name) => `${app.registry}/${name}.json`)]);
}

/** Adds the code blocks of the recipe to the app, as printed. */
export async function addSnippets({ folder }: NewApp): Promise<void> {
  const codes = (await blocksIn(RECIPE)).filter(({ language }) => language === "tsx");
  ok(codes.length > 0);
  await Deno.mkdir(`${folder}/src/${PRINTED}`);
  for (const [index, { code }] of codes.entries()) {
    await Deno.writeTextFile(`${folder}/src/${PRINTED}/${index}.tsx`, code);
  }
}

/** Checks the app's types and builds it. */
export async function build({ folder }: NewApp): Promise<void> {
  await succeeds("npm", ["run", "build", "--silent"], { cwd: folder });
}

/** Checks that the app's own component is not replaced if the user answers no. */
export async function keepsOwnFiles(app: NewApp): Promise<void> {
  const button = `${app.folder}/src/components/ui/button.tsx`;
  const own = `${await Deno.readTextFile(button)}// Our own.\n`;
  await Deno.writeTextFile(button, own);
  // Without an answer on stdin, the command would stop at its question and still report success.
  const command = 'printf n | node_modules/.bin/shadcn add --yes "$0"';
  const file = `${app.registry}/buy-button.json`;
  const said = await succeeds("sh", ["-c", command, file], { cwd: app.folder });
  match(said, /Skipped/);
  match(said, /components\/ui\/button\.tsx/);
  equal(await Deno.readTextFile(button), own);
}

/** Checks the types of an app that has this block alone. */
export async function standsAlone(app: NewApp, block: string): Promise<void> {
  const source = `${app.folder}/src`;
  const all = ["components", "lib/farthing-format.ts", "main.tsx", "all-blocks.tsx", PRINTED];
  for (const path of all) {
    await Deno.remove(`${source}/${path}`, { recursive: true }).catch(() => {});
  }
  await addBlocks(app, [block]);
  await succeeds("npx", ["tsc", "--noEmit"], { cwd: app.folder });
}

/** Makes an app that has Farthing's packages and no blocks. The caller must dispose of it. */
export async function makeApp(): Promise<NewApp & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "farthing-blocks-" });
  const remove = () => Deno.remove(folder, { recursive: true });
  const app = { folder, registry: `${folder}/registry`, [Symbol.asyncDispose]: remove };
  try {
    await succeeds("cp", ["-R", `${ROOT}tests/blocks/app/.`, folder]);
    await succeeds("cp", ["-R", `${ROOT}${dirname(PAGE)}`, `${folder}/src`]);
    await Deno.writeTextFile(`${folder}/vite.config.js`, VITE_CONFIG);
    const tarballs = await packTarballs(["client", "react"], folder);
    await succeeds("npm", ["install", ...NPM, ...tarballs], { cwd: folder });
    await shadcn(app, ["build", "--output", app.registry], ROOT);
    return app;
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Checks that the registry names every file of the blocks, and no other file. */
export async function namesEveryFile(): Promise<void> {
  const named = new Set<string>();
  const { items } = JSON.parse(await Deno.readTextFile(`${ROOT}registry.json`));
  for (const { files } of items) for (const { path } of files) named.add(path);
  const found: string[] = [];
  for await (const folder of Deno.readDir(`${ROOT}registry`)) {
    if (!folder.isDirectory) continue;
    for await (const { name } of Deno.readDir(`${ROOT}registry/${folder.name}`)) {
      found.push(`registry/${folder.name}/${name}`);
    }
  }
  deepEqual([...named].sort(), found.sort());
}
