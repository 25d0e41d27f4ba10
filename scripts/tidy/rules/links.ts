/**
 * Checks that the target of every link exists, and that every page can be reached from README.md.
 */
import { dirname, join, normalize } from "node:path/posix";
import type { Finding, Rule, Source } from "../sources/source.ts";

interface Link {
  line: number;
  /** The path of the linked file, relative to the repository's root. */
  target: string;
}

function linksOf({ path, lines }: Source): Link[] {
  let fenced = false;
  return lines.flatMap((text, index) => {
    if (/^\s*```/.test(text)) fenced = !fenced;
    if (fenced) return [];
    const inline = [...text.matchAll(/\]\(<?([^)<>\s]+)>?(?:\s+"[^"]*")?\)/g)];
    const defined = [...text.matchAll(/^\[[^\]]+\]:\s+(\S+)/g)];
    return [...inline, ...defined]
      .map((match) => match[1]!.split("#")[0]!)
      .filter((target) => target !== "" && !/^[a-z]+:/i.test(target))
      .map((target) => ({ line: index + 1, target: normalize(join(dirname(path), target)) }));
  });
}

/**
 * The page for language models. https://llmstxt.org defines its path, so no page needs to link to
 * it.
 */
const AGENTS_PAGE = "llms.txt";

/**
 * Checks that every page can be reached from README.md, and that the target of every link exists.
 */
export const pages: Rule = {
  name: "pages",
  check(sources) {
    const byPath = new Map(sources.map((source) => [source.path, source]));
    const exists = (target: string) =>
      byPath.has(target) ||
      sources.some(({ path }) => path.startsWith(target.replace(/\/?$/, "/")));
    const findings: Finding[] = [];
    const reached = new Set<string>();
    const visit = (path: string): void => {
      const source = byPath.get(path);
      if (!source || reached.has(path)) return;
      reached.add(path);
      if (path.endsWith(".md")) linksOf(source).forEach(({ target }) => visit(target));
    };
    visit("README.md");
    const isPage = ({ path }: Source) => path.endsWith(".md") || path === AGENTS_PAGE;
    for (const source of sources.filter(isPage)) {
      for (const { line, target } of linksOf(source)) {
        if (exists(target)) continue;
        findings.push({
          path: source.path,
          line,
          message: `the link leads to a missing file: ${target}`,
        });
      }
      if (source.path === AGENTS_PAGE) continue;
      if (reached.has(source.path) || source.path === "README.md") continue;
      findings.push({
        path: source.path,
        line: 1,
        message:
          "no chain of links leads from README.md to this page: link to it from another page",
      });
    }
    return findings;
  },
};
