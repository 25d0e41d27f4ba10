/**
 * esbuild plugins: one for the modules that the platform provides, and one that packs the
 * tokenizer's table.
 */
import { builtinModules } from "node:module";
import type { Plugin } from "esbuild";
import { packedModule } from "./pack-ranks.ts";

const BUILTIN = new Set(builtinModules);
const REQUIRED = "required";

/**
 * The platform provides the `node:*` modules. If a package calls `require` for one of them, the
 * call becomes an import, because a bundle is an ES module and has no `require`.
 */
export const nodeModules: Plugin = {
  name: "node-modules",
  setup(build) {
    build.onResolve({ filter: /^(node:)?[a-z_]+(\/[a-z_]+)*$/ }, ({ path, kind, namespace }) => {
      const name = path.replace(/^node:/, "");
      if (!BUILTIN.has(name)) return;
      const isRequired = kind === "require-call" && namespace !== REQUIRED;
      return isRequired
        ? { path: name, namespace: REQUIRED }
        : { path: `node:${name}`, external: true };
    });
    build.onLoad({ filter: /.*/, namespace: REQUIRED }, ({ path }) => ({
      contents: `import all from "node:${path}"; module.exports = all;`,
      loader: "js",
    }));
  },
};

export const packedTokenizer: Plugin = {
  name: "packed-tokenizer",
  setup(build) {
    const filter = /[\\/]gpt-tokenizer[\\/].*bpeRanks[\\/]\w+\.js$/;
    build.onLoad({ filter }, async ({ path }) => ({
      contents: await packedModule(path),
      loader: "js",
    }));
  },
};
