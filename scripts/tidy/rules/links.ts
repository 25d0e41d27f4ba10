/** Checks that every link leads to a file, and that a reader can reach every page from README.md. */
import { dirname, join, normalize } from "node:path/posix";
import type { Finding, Rule, Source } from "../sources/source.ts";

interface Link {
  line: number;
  /** The path of the linked file from the root of the repository. */
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

/** The map for language models, of which https://llmstxt.org says where it is; no page links there. */
const AGENTS_PAGE = "llms.txt";

/** Every page can be reached from README.md, and no link leads nowhere. */
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
        message: "no chain of links leads from README.md to this page",
      });
    }
    return findings;
  },
};
