/** Measures the sizes of a bundled function. */
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { z } from "zod";
import type { Readings } from "./size-limits.ts";

const compress = promisify(brotliCompress);

/** The compression quality that the CLI's bundler uses by default. */
const QUALITY = 6;

const info = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    size: z.number().optional(),
  })),
});

/**
 * Returns the size that `deno info` reports for each file, by path.
 * @throws Error if a file imports another file
 */
async function rawSizes(files: readonly string[]): Promise<Map<string, number>> {
  const root = await Deno.makeTempFile({ suffix: ".js" });
  try {
    const imports = files.map((file) => `import ${JSON.stringify(pathToFileURL(file).href)};\n`);
    await Deno.writeTextFile(root, imports.join(""));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--no-config", "--no-lock", "--no-remote", "--no-npm", root],
      env: { NO_COLOR: "1" },
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
    const { modules } = info.parse(JSON.parse(new TextDecoder().decode(stdout)));
    const expected = new Map([root, ...files].map((file) => [pathToFileURL(file).href, file]));
    const others = modules.map(({ specifier }) => specifier)
      .filter((specifier) => !specifier.startsWith("node:") && !expected.has(specifier));
    if (others.length > 0) {
      throw new Error(
        `a bundle may import only node:* modules, but imports ${others.join(", ")}`,
      );
    }
    return new Map(
      modules.map(({ specifier, size }) => [expected.get(specifier) ?? "", size ?? 0]),
    );
  } finally {
    await Deno.remove(root);
  }
}

/**
 * Returns the sizes of bundled files, in the same order. A function's upload consists of its file
 * only.
 * @throws Error if a file imports anything but node:*
 */
export async function readingsOf(files: readonly string[]): Promise<Readings[]> {
  const raw = await rawSizes(files);
  const params = { [constants.BROTLI_PARAM_QUALITY]: QUALITY };
  return await Promise.all(files.map(async (file) => {
    const source = await Deno.readFile(file);
    const { byteLength: compressed } = await compress(source, { params });
    return { raw: raw.get(file) ?? 0, compressed, uploaded: source.byteLength };
  }));
}
