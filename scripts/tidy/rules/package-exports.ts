/**
 * Checks that code outside a package imports the package by its name. Such an import reaches only
 * what the package's deno.json exports.
 */
import { dirname, join, normalize } from "node:path/posix";
import { importsOf } from "../sources/modules.ts";
import { type Finding, isTypeScript, lineOf, type Rule } from "../sources/source.ts";

function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(path)?.[1];
}

/**
 * Checks that an import by path does not leave the package of the importing file. An import by a
 * package's name is not checked, because Deno itself refuses what the package does not export.
 */
export const packageExports: Rule = {
  name: "package-exports",
  check: (sources) =>
    sources.filter(isTypeScript).flatMap((source) =>
      importsOf(source).flatMap((specifier): Finding[] => {
        const { path } = source;
        if (!specifier.text.startsWith(".")) return [];
        const target = normalize(join(dirname(path), specifier.text));
        const [own, other] = [packageOf(path), packageOf(target)];
        if (own === other) return [];
        const message = other === undefined
          ? `${target} is outside the packages, which must import nothing from outside`
          : `import what packages/${other}/deno.json exports, by its name`;
        return [{ path, line: lineOf(specifier), message }];
      })
    ),
};
