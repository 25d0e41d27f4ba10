/**
 * Checks the names of files, because tools ignore migrations and database tests that have other
 * names.
 */
import type { Finding, Rule } from "../sources/source.ts";

const MIGRATIONS = "supabase/migrations/";

/**
 * The Supabase CLI applies files named `<14 digits>_<subject>.sql`, and silently ignores files with
 * other names.
 */
export const migrations: Rule = {
  name: "migrations",
  check(sources) {
    const findings: Finding[] = [];
    const seen = new Map<string, string>();
    for (const { path, lines } of sources.filter((source) => source.path.startsWith(MIGRATIONS))) {
      const complain = (message: string) => findings.push({ path, line: 1, message });
      const version = /^(\d{14})_[a-z0-9]+(?:_[a-z0-9]+)*\.sql$/.exec(path.slice(MIGRATIONS.length))
        ?.[1];
      if (!version) {
        complain("the CLI ignores this file: its name must be <14 digits>_<subject>.sql");
      } else if (seen.has(version)) {
        complain(`the file has the same version as ${seen.get(version)}`);
      } else seen.set(version, path);
      if (!/^--\s*\S/.test(lines[0] ?? "")) {
        complain("the file must begin with a comment that says why");
      }
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
        message: "no suite runs this file: the name of a database test must end in .test.sql",
      })),
};

export const kebabCase: Rule = {
  name: "kebab-case",
  check: (sources) =>
    sources.filter(({ path }) => /\.tsx?$/.test(path) && !path.includes("/generated/"))
      .filter(({ path }) => !/(?:^|\/)[a-z0-9]+(?:[-.][a-z0-9]+)*\.tsx?$/.test(path))
      .map(({ path }) => ({ path, line: 1, message: "the file's name must be in kebab-case" })),
};
