/** Where migrations, database tests and pages have to be so that a tool or a reader finds them. */
import { dirname, join, normalize } from "node:path/posix";
import type { Finding, Rule, Source } from "../sources/source.ts";

const MIGRATIONS = "supabase/migrations/";

/** The CLI reads `<14 digits>_<subject>.sql` and passes over everything else without a word. */
export const migrations: Rule = {
  name: "migrations",
  check(sources) {
    const findings: Finding[] = [];
    const seen = new Map<string, string>();
    for (const { path, lines } of sources.filter((source) => source.path.startsWith(MIGRATIONS))) {
      const complain = (message: string) => findings.push({ path, line: 1, message });
      const version = /^(\d{14})_[a-z0-9]+(?:_[a-z0-9]+)*\.sql$/.exec(path.slice(MIGRATIONS.length))
        ?.[1];
      if (!version) complain("never applied: the name is not <14 digits>_<subject>.sql");
      else if (seen.has(version)) complain(`has the version of ${seen.get(version)}`);
      else seen.set(version, path);
      if (!/^--\s*\S/.test(lines[0] ?? "")) complain("does not begin with a comment that says why");
    }
    return findings;
  },
};

export const databaseTests: Rule = {
  name: "database-tests",
  check: (sources) =>
    sources.filter(({ path }) =>
      /^supabase\/tests\/.*\.sql$/.test(path) && !path.endsWith(".test.sql")
    )
      .map(({ path }) => ({
        path,
        line: 1,
        message: "never run: database tests end in .test.sql",
      })),
};

interface Link {
  line: number;
  /** The file it points at, from the root. */
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
        findings.push({ path: source.path, line, message: `leads nowhere: ${target}` });
      }
      if (source.path === AGENTS_PAGE) continue;
      if (reached.has(source.path) || source.path === "README.md") continue;
      findings.push({ path: source.path, line: 1, message: "no way leads here from README.md" });
    }
    return findings;
  },
};
