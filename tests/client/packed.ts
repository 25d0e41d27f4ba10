/** Builds and packs the packages, as `npm publish` would, and checks the packed packages. */
import { equal, ok } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { buildPackages, type PackageName, PACKAGES } from "../../scripts/client/build.ts";
import { packPackage } from "../../scripts/client/pack.ts";
import { ROOT } from "../../scripts/command/root.ts";

export interface Ran {
  readonly success: boolean;
  readonly output: string;
}

export async function runs(
  program: string,
  args: string[],
  { cwd = ROOT, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    env: { NO_COLOR: "1", NO_UPDATE_NOTIFIER: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { success, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

/**
 * Runs a program and returns its output.
 * @throws AssertionError with the output if the program failed
 */
export async function succeeds(
  program: string,
  args: string[],
  options?: Parameters<typeof runs>[2],
): Promise<string> {
  const { success, output } = await runs(program, args, options);
  ok(success, output);
  return output;
}

export interface Packed {
  /** The folder of an app, whose node_modules contains the unpacked packages. */
  readonly app: string;
  /** The folder of the package under test: the last of the packages that were packed. */
  readonly folder: string;
  readonly tarball: string;
}

/** Builds these packages, packs them into a folder, and returns the paths of their tarballs. */
export async function packTarballs(
  names: readonly PackageName[],
  into: string,
): Promise<string[]> {
  const built = `${into}/built`;
  await buildPackages(names, built);
  return await Promise.all(names.map((name) => packPackage(name, built, into)));
}

async function pack(names: readonly PackageName[]): Promise<Packed> {
  await Deno.mkdir(`${ROOT}.farthing`, { recursive: true });
  // The folder is inside the repository, so that Node finds the packages' dependencies in the
  // root's node_modules.
  const app = await Deno.makeTempDir({ dir: `${ROOT}.farthing`, prefix: "packed-" });
  const tarballs = await packTarballs(names, app);
  const folderOf = (name: PackageName) => `${app}/node_modules/@farthing/${name}`;
  for (const [index, name] of names.entries()) {
    const folder = folderOf(name);
    await Deno.mkdir(folder, { recursive: true });
    await succeeds("tar", ["-xzf", tarballs[index]!, "-C", folder, "--strip-components=1"]);
  }
  await Deno.writeTextFile(`${app}/package.json`, `{ "type": "module", "private": true }`);
  return { app, folder: folderOf(names.at(-1)!), tarball: tarballs.at(-1)! };
}

/** Packs these packages, runs `use` with them, and removes them afterwards. */
export async function withPacked(
  names: readonly PackageName[],
  use: (packed: Packed) => Promise<void>,
): Promise<void> {
  const packed = await pack(names);
  try {
    await use(packed);
  } finally {
    await Deno.remove(packed.app, { recursive: true });
  }
}

/**
 * Checks the package in `folder` with publint and arethetypeswrong, and with a dry run of `npm
 * publish`.
 */
export async function isWellFormed({ folder, tarball }: Packed): Promise<void> {
  await succeeds("npx", ["-y", "publint@0.3.25", "run", "--strict", "--pack", "false", folder]);
  const attw = ["-y", "@arethetypeswrong/cli@0.18.5", tarball, "--profile", "esm-only"];
  await succeeds("npx", [...attw, "--no-definitely-typed"]);
  const said = await succeeds("npm", ["publish", "--dry-run", "--access", "public"], {
    cwd: folder,
  });
  const { name } = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
  ok(said.includes(`${name}@0.1.0`), said);
}

/**
 * Checks that all packages have the same version, and that their peer dependencies name this
 * version.
 */
export async function haveOneVersion(): Promise<void> {
  const versions: Record<string, string> = {};
  for (const name of PACKAGES) {
    for (const file of ["deno.json", "package.json"]) {
      const path = `packages/${name}/${file}`;
      const { version, peerDependencies = {} } = JSON.parse(await Deno.readTextFile(ROOT + path));
      versions[path] = version;
      for (const peer of PACKAGES) {
        const wanted = peerDependencies[`@farthing/${peer}`];
        if (wanted !== undefined) versions[`${path}: ${peer}`] = wanted;
      }
    }
  }
  equal(new Set(Object.values(versions)).size, 1, JSON.stringify(versions));
  equal(Object.keys(versions).length, 8, "three packages, two of which need the client");
}

/**
 * Returns the size of an entry point as an app bundles it: minified, compressed, and without the
 * packages in `external`.
 */
export async function bytesOf(
  { app }: Packed,
  entry: string,
  external: string[] = [],
): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from "@farthing/${entry}";`, resolveDir: app },
    ...{ bundle: true, minify: true, write: false, format: "esm", target: "es2022" },
    ...{ platform: "browser", external },
  });
  return gzipSync(outputFiles[0]!.contents).length;
}

/** Returns the folder of Node's type definitions, which are installed for other packages. */
async function typesOfNode(): Promise<string> {
  const installed = `${ROOT}node_modules/.deno`;
  for await (const { name } of Deno.readDir(installed)) {
    if (name.startsWith("@types+node@")) return `${installed}/${name}/node_modules/@types`;
  }
  throw new Error(`${installed} has no @types/node.`);
}

/**
 * Checks the files' types twice: with a bundler's module resolution, and with Node's. The files
 * can't use the types of Deno. They can use the types of Node only with `isOfNode`.
 */
export async function compiles(
  { app }: Packed,
  texts: Readonly<Record<string, string>>,
  { skipLibCheck = false, isOfNode = false } = {},
): Promise<void> {
  const types = isOfNode ? { types: ["node"], typeRoots: [await typesOfNode()] } : { types: [] };
  const files = Object.keys(texts);
  for (const file of files) await Deno.writeTextFile(`${app}/${file}`, texts[file]!);
  for (const module of ["nodenext", "preserve"]) {
    const compilerOptions = {
      ...{ noEmit: true, strict: true, exactOptionalPropertyTypes: true, module },
      ...{ target: "es2022", lib: ["es2022", "dom", "dom.iterable"], ...types },
      ...{ jsx: "react-jsx", skipLibCheck },
    };
    const project = `${app}/tsconfig.${module}.json`;
    await Deno.writeTextFile(project, JSON.stringify({ compilerOptions, files }));
    await succeeds(Deno.execPath(), ["run", "-A", "npm:typescript@5.9.3/tsc", "-p", project]);
  }
}
