/**
 * `deno task client:build`: builds the npm packages of packages/client, packages/react and
 * packages/ai with TypeScript's own compiler. `npm publish` can upload the results, which are the
 * folders client, react and ai in `.farthing`. Also packs each folder into a .tgz file that an app
 * can install, and puts the .tgz file beside the folder.
 */
import pc from "picocolors";
import { print, printError } from "@farthing/command-line";
import { canRun } from "../command/program.ts";
import { ROOT } from "../command/root.ts";
import { tick } from "../command/ticker.ts";
import { packPackage } from "./pack.ts";

/** The published packages. Each package may import the packages before it in this list. */
export const PACKAGES = ["client", "react", "ai"] as const;
export type PackageName = typeof PACKAGES[number];

/**
 * Returns a pair for each name from which an app can import, such as `@farthing/client`: the name,
 * and the file with its built types.
 */
async function typesOf(name: PackageName, built: string): Promise<[string, string[]][]> {
  const { exports } = JSON.parse(await Deno.readTextFile(`${ROOT}packages/${name}/deno.json`));
  const entries: Record<string, string> = typeof exports === "string" ? { ".": exports } : exports;
  return Object.entries(entries).map(([entry, module]) => [
    `@farthing/${name}${entry.slice(1)}`,
    [`${built}/${name}/dist/${module.replace(/^\.\//, "").replace(/\.ts$/, ".d.ts")}`],
  ]);
}

/**
 * Compiles into `<folder>/dist`. The compiler reads the built types of other packages, because an
 * app gets the built types and not the sources.
 */
async function compile(name: PackageName, folder: string, built: string): Promise<void> {
  const project = `${folder}/tsconfig.json`;
  const others = PACKAGES.filter((other) => other !== name);
  const types = await Promise.all(others.map((other) => typesOf(other, built)));
  const paths = Object.fromEntries(types.flat());
  const compilerOptions = { paths, outDir: `${folder}/dist` };
  const config = { extends: `${ROOT}packages/${name}/tsconfig.build.json`, compilerOptions };
  await Deno.writeTextFile(project, JSON.stringify(config));
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "npm:typescript@5.9.3/tsc", "--project", project],
    cwd: ROOT,
  }).output();
  if (!success) throw new Error(`tsc: ${new TextDecoder().decode(stdout)}`);
  await Deno.remove(project);
}

/**
 * Replaces `.ts` with `.js` in the imports of the `.d.ts` files. The compiler itself does this only
 * in the `.js` files.
 */
async function nameDeclarations(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) await nameDeclarations(path);
    else if (name.endsWith(".d.ts")) {
      const text = await Deno.readTextFile(path);
      const named = text.replaceAll(/((?:from|import\() ?"\.[^"]+)\.tsx?"/g, '$1.js"');
      await Deno.writeTextFile(path, named);
    }
  }
}

/** Builds a package into the folder `<built>/<name>`. Empties the folder first. */
async function buildPackage(name: PackageName, built: string): Promise<void> {
  const folder = `${built}/${name}`;
  await Deno.remove(folder, { recursive: true }).catch(() => {}); // The folder may be missing.
  await Deno.mkdir(folder, { recursive: true });
  await compile(name, folder, built);
  await nameDeclarations(`${folder}/dist`);
  for (const file of ["package.json", "README.md"]) {
    await Deno.copyFile(`${ROOT}packages/${name}/${file}`, `${folder}/${file}`);
  }
  await Deno.copyFile(`${ROOT}LICENSE`, `${folder}/LICENSE`);
}

/** Builds these packages, in this order, each into `<built>/<name>`. */
export async function buildPackages(names: readonly PackageName[], built: string): Promise<void> {
  for (const name of names) await buildPackage(name, built);
}

async function main(): Promise<boolean> {
  if (!await canRun("npm")) {
    printError(pc.red("npm is missing. Install Node 20 or later, which has npm, and try again."));
    return false;
  }
  const built = `${ROOT}.farthing`;
  print("Building and packing the npm packages; about half a minute.");
  for (const name of PACKAGES) {
    const done = tick(`@farthing/${name}`, "compile and pack");
    await buildPackages([name], built);
    await packPackage(name, built, built);
    done();
    print(`${pc.green("✓")}  .farthing/${name}.tgz`);
  }
  print(`Install what your app needs: npm install ${built}/{client,react,ai}.tgz`);
  return true;
}

if (import.meta.main) Deno.exit(await main() ? 0 : 1);
