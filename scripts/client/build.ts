/**
 * `deno task client:build`: builds the npm packages of packages/client and packages/react by
 * TypeScript's own compiler, into `.farthing/client` and `.farthing/react`, from which `npm publish`
 * takes them.
 */
import { print } from "@farthing/command-line";
import { ROOT } from "../command/root.ts";

/** The published packages. Each one may import those before it. */
const PACKAGES = ["client", "react"] as const;
export type PackageName = typeof PACKAGES[number];

/**
 * Compiles into `<folder>/dist`. The compiler reads the types of other packages where they were
 * built, because an app gets those and not their sources.
 */
async function compile(name: PackageName, folder: string, built: string): Promise<void> {
  const project = `${folder}/tsconfig.json`;
  const paths = Object.fromEntries(
    PACKAGES.filter((other) => other !== name).map((other) => [
      `@farthing/${other}`,
      [`${built}/${other}/dist/mod.d.ts`],
    ]),
  );
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

/** The compiler writes `.js` in scripts, and leaves `.ts` in the declarations of types. */
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

/** Builds a package into the folder of its name, which it empties first. */
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

/** Builds these packages, in their order, into folders of their names. */
export async function buildPackages(names: readonly PackageName[], built: string): Promise<void> {
  for (const name of names) await buildPackage(name, built);
}

if (import.meta.main) {
  await buildPackages(PACKAGES, `${ROOT}.farthing`);
  for (const name of PACKAGES) {
    print(`Built .farthing/${name}. Try it: npm publish --dry-run .farthing/${name}`);
  }
}
