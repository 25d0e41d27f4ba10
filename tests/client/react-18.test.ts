/** Runs the tests of the hooks under React 18. The repository itself has React 19. */
import { ok } from "node:assert/strict";
import { ROOT } from "../../scripts/command/root.ts";
import { runs } from "./packed.ts";

const REACT = "18.3.1";
const PACKAGES = ["client", "react"];

interface Manifest {
  readonly imports: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Copies the packages. Their manifests and imports do not change. */
async function copyPackages(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/packages`);
  for (const name of PACKAGES) {
    const { success, output } = await runs("cp", [
      "-r",
      `${ROOT}packages/${name}`,
      `${folder}/packages/`,
    ]);
    ok(success, output);
  }
}

/**
 * Writes the repository's manifest with React 18. The versions are pinned, so no lockfile is
 * needed.
 */
async function writeManifest(folder: string): Promise<void> {
  const { imports, compilerOptions }: Manifest = JSON.parse(
    await Deno.readTextFile(`${ROOT}deno.json`),
  );
  const react = { react: `npm:react@${REACT}`, "react-dom": `npm:react-dom@${REACT}` };
  const manifest = {
    workspace: PACKAGES.map((name) => `./packages/${name}`),
    nodeModulesDir: "auto",
    lock: false,
    compilerOptions,
    imports: { ...neededBy(imports), ...react },
  };
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(manifest));
}

/** Returns only the imports that the packages need, so that nothing else is installed. */
function neededBy(imports: Manifest["imports"]): Record<string, string> {
  const needed =
    /^(@supabase\/supabase-js|@tanstack|@testing-library|eventsource|happy-dom|openapi-f)/;
  return Object.fromEntries(Object.entries(imports).filter(([name]) => needed.test(name)));
}

Deno.test("the hooks pass their tests under React 18", async () => {
  const folder = await Deno.makeTempDir({ prefix: "farthing-react-18-" });
  try {
    await copyPackages(folder);
    await writeManifest(folder);
    const version = `import { version } from "react"; console.log("React", version);`;
    const found = await runs(Deno.execPath(), ["eval", version], { cwd: folder });
    ok(found.output.includes(`React ${REACT}`), found.output);
    const args = ["test", "-A", "--no-check", "packages/react"];
    const { success, output } = await runs(Deno.execPath(), args, { cwd: folder });
    ok(success && / [1-9]\d* passed \| 0 failed/.test(output), output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
