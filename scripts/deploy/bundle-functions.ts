/**
 * Bundles `supabase/functions` for deployment. Each function becomes one file, which imports only
 * node:* modules.
 */
import { fileURLToPath } from "node:url";
import { build, type Metafile, stop } from "esbuild";
import { z } from "zod";
import { nodeModules, packedTokenizer } from "./bundle-plugins.ts";

const FUNCTIONS = fileURLToPath(new URL("../../supabase/functions", import.meta.url));
const NODE_GLOBALS = fileURLToPath(new URL("./node-globals.js", import.meta.url));

/** The file name of every function's bundle. The bundle's folder has the function's name. */
export const BUNDLE = "index.js";

const importMap = z.object({ imports: z.record(z.string(), z.string()) });

/** Returns the names of the folders that the CLI would deploy. */
async function functionNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(FUNCTIONS)) {
    const entry = `${FUNCTIONS}/${name}/index.ts`;
    if (isDirectory && await Deno.stat(entry).then(() => true, () => false)) names.push(name);
  }
  return names.sort();
}

/**
 * Checks that node_modules has the same versions as deno.json, because esbuild reads node_modules
 * instead of the import map.
 * @throws Error if versions differ
 */
async function requireSameVersions({ inputs }: Metafile): Promise<void> {
  const { imports } = importMap.parse(
    JSON.parse(await Deno.readTextFile(`${FUNCTIONS}/deno.json`)),
  );
  const named = new Map(
    Object.values(imports).map((to): [string, string] => {
      const [, name = "", version = ""] = /^npm:(@?[^@]+)@([^/]+)/.exec(to) ?? [];
      return [name, version];
    }),
  );
  for (const path of Object.keys(inputs)) {
    const [, name = "", version] = /node_modules\/\.deno\/([^/]+)@([^/_]+)/.exec(path) ?? [];
    const wanted = named.get(name.replace("+", "/"));
    if (wanted !== undefined && wanted !== version) {
      throw new Error(
        `${name} is ${version} in node_modules, and ${wanted} in supabase/functions/deno.json: ` +
          "both must have the same version",
      );
    }
  }
}

/**
 * Writes `<directory>/<name>/index.js` for every function, and returns the functions' names.
 * Identifiers are not shortened, so stack traces in the platform's log stay readable.
 * @throws esbuild's error
 */
export async function bundleFunctions(directory: string): Promise<string[]> {
  const names = await functionNames();
  try {
    const { metafile } = await build({
      entryPoints: names.map((name) => `${FUNCTIONS}/${name}/index.ts`),
      outbase: FUNCTIONS,
      outdir: directory,
      bundle: true,
      format: "esm",
      // Makes esbuild resolve packages as Deno does.
      platform: "node",
      conditions: ["deno"],
      mainFields: ["main"],
      // The newest language version that Deno 2.1.4 supports natively.
      target: "es2023",
      inject: [NODE_GLOBALS],
      define: { global: "globalThis" },
      plugins: [nodeModules, packedTokenizer],
      minify: true,
      keepNames: true,
      legalComments: "none",
      charset: "utf8",
      metafile: true,
      logLevel: "silent",
    });
    await requireSameVersions(metafile);
    return names;
  } finally {
    await stop();
  }
}
