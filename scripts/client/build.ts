/**
 * `deno task client:build`: builds the npm package of packages/client by TypeScript's own compiler,
 * into `.farthing/client`, from which `npm publish` takes it.
 */
import { print } from "@farthing/command-line";
import { ROOT } from "../command/root.ts";

const PACKAGE = `${ROOT}packages/client`;

async function compile(outDir: string): Promise<void> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "npm:typescript@5.9.3/tsc"],
      ...["--project", `${PACKAGE}/tsconfig.build.json`, "--outDir", outDir],
    ],
    cwd: ROOT,
  }).output();
  if (!success) throw new Error(`tsc: ${new TextDecoder().decode(stdout)}`);
}

/** The compiler writes `.js` in scripts, and leaves `.ts` in the declarations of types. */
async function nameDeclarations(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) await nameDeclarations(path);
    else if (name.endsWith(".d.ts")) {
      const text = await Deno.readTextFile(path);
      const named = text.replaceAll(/((?:from|import\() ?"\.[^"]+)\.ts"/g, '$1.js"');
      await Deno.writeTextFile(path, named);
    }
  }
}

/** Builds the package into a folder, which it empties first. */
export async function buildClient(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {}); // The folder may be missing.
  await Deno.mkdir(folder, { recursive: true });
  await compile(`${folder}/dist`);
  await nameDeclarations(`${folder}/dist`);
  for (const file of ["package.json", "README.md"]) {
    await Deno.copyFile(`${PACKAGE}/${file}`, `${folder}/${file}`);
  }
  await Deno.copyFile(`${ROOT}LICENSE`, `${folder}/LICENSE`);
}

if (import.meta.main) {
  await buildClient(`${ROOT}.farthing/client`);
  print("Built .farthing/client. Try it: npm publish --dry-run .farthing/client");
}
