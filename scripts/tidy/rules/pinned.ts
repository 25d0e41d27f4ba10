/**
 * Checks that every dependency has one exact version, so that an installation next year gets the
 * same code.
 */
import { importsOf } from "../sources/modules.ts";
import { type Finding, isTypeScript, lineOf, type Rule, type Source } from "../sources/source.ts";

const EXACT = /^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/;

/**
 * Returns the version in a specifier, or undefined if it has none: `npm:@scope/name@1.2.3/sub`
 * gives `1.2.3`.
 */
function versionOf(specifier: string): string | undefined {
  return /^(?:npm|jsr):\/?(?:@[^/@]+\/)?[^/@]+@([^/]+)/.exec(specifier)?.[1];
}

function isPinned(specifier: string): boolean {
  if (/^https?:/.test(specifier)) return false;
  return !/^(?:npm|jsr):/.test(specifier) || EXACT.test(versionOf(specifier) ?? "");
}

function lineWith(source: Source, text: string): number {
  return source.lines.findIndex((line) => line.includes(text)) + 1 || 1;
}

function complain(source: Source, what: string): Finding {
  return {
    path: source.path,
    line: lineWith(source, what),
    message: `${what} must name an exact version`,
  };
}

function inImportMap(source: Source): Finding[] {
  const { imports = {} } = JSON.parse(source.text) as { imports?: Record<string, string> };
  return Object.values(imports).filter((to) => !isPinned(to)).map((to) => complain(source, to));
}

function inPackage(source: Source): Finding[] {
  const manifest = JSON.parse(source.text) as Record<string, Record<string, string> | undefined>;
  return ["dependencies", "devDependencies", "optionalDependencies"]
    .flatMap((key) => Object.entries(manifest[key] ?? {}))
    .filter(([, version]) =>
      !EXACT.test(versionOf(version) ?? version) && !/^(?:workspace|file):/.test(version)
    )
    .map(([name]) => complain(source, `"${name}"`));
}

function inModule(source: Source): Finding[] {
  return importsOf(source).filter(({ text }) => !isPinned(text)).map((specifier) => ({
    path: source.path,
    line: lineOf(specifier),
    message: `${specifier.text} must name an exact version`,
  }));
}

/**
 * Checks commands in scripts, tasks and documents: `npx -y name` without a version would run the
 * newest version.
 */
function inCommands({ path, lines }: Source): Finding[] {
  return lines.flatMap((text, index) =>
    [...text.matchAll(
      /\bnpx (?:-y|--yes) (?:--prefer-offline )?((?:@[\w.-]+\/)?[\w.-]+)(?:@([\w.+-]+))?/g,
    )]
      .filter(([, , version]) => !EXACT.test((version ?? "").replace(/\.$/, "")))
      .map(([, name]) => ({
        path,
        line: index + 1,
        message: `npx ${name} must name an exact version`,
      }))
  );
}

export const pinned: Rule = {
  name: "pinned",
  check: (sources) =>
    sources.flatMap((source) => [
      ...(/(?:^|\/)deno\.jsonc?$/.test(source.path) ? inImportMap(source) : []),
      ...(/(?:^|\/)package\.json$/.test(source.path) ? inPackage(source) : []),
      ...(isTypeScript(source) ? inModule(source) : []),
      ...(source.path.startsWith("scripts/tidy/") ? [] : inCommands(source)),
    ]),
};
