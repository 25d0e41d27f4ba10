/** A package is used by its face: what its deno.json exports, under its name. */
import { dirname, join, normalize } from "node:path/posix";
import { importsOf } from "../sources/modules.ts";
import { type Finding, isTypeScript, lineOf, type Rule } from "../sources/source.ts";

function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(path)?.[1];
}

/** An import by path stays within its package; Deno itself lets a name lead to an export alone. */
export const packageFace: Rule = {
  name: "package-face",
  check: (sources) =>
    sources.filter(isTypeScript).flatMap((source) =>
      importsOf(source).flatMap((specifier): Finding[] => {
        const { path } = source;
        if (!specifier.text.startsWith(".")) return [];
        const target = normalize(join(dirname(path), specifier.text));
        const [own, other] = [packageOf(path), packageOf(target)];
        if (own === other) return [];
        const message = other === undefined
          ? `${target} lies above the packages, which import nothing from there`
          : `import what packages/${other}/deno.json exports, by its name`;
        return [{ path, line: lineOf(specifier), message }];
      })
    ),
};
