/** Runs the real Supabase CLI against the migrated database: `db push`, advisors and linter. */
import assert from "node:assert/strict";
import { z } from "zod";
import { type DatabaseServer, findSystem, type Flavour } from "@farthing/local-stack/postgres";
import { PROJECT, withNewProject, withProject } from "../../test-tools/project-database.ts";
import { pgtapFiles } from "../../test-tools/pgtap-files.ts";
import { openPgtapSession } from "../../test-tools/pgtap-session.ts";
import { checked, type Row, type Skipped, type Suite } from "../../test-tools/suite.ts";
import { adviceIn, listIn } from "../../supabase/advice.ts";
import { hasNpx, supabase } from "../../supabase/cli.ts";
import { supabaseStart } from "../../test-tools/supabase-start.ts";
import { CLI } from "./made-of.ts";

async function pushIsUpToDate(url: string): Promise<void> {
  assert.match(await supabase(["db", "push", "--yes"], url), /up to date/);
}

/** Pushes as the role `postgres`, which has the same rights here as on the platform. */
async function pushAppliesAll(flavour: Flavour): Promise<Row> {
  return await checked(
    `${flavour}: db push applies all migrations and the seed`,
    () =>
      withNewProject(async (server) => {
        const url = server.url(PROJECT);
        await supabase(["db", "push", "--yes", "--include-seed"], url);
        await pushIsUpToDate(url);
      }, flavour),
  );
}

function assertNone(findings: string[]): void {
  assert.ok(findings.length === 0, findings.join("\n"));
}

const lint = z.object({
  function: z.string(),
  issues: z.array(z.object({ level: z.string(), message: z.string() })),
});

/**
 * Checks that the advisors find nothing. In a database that was never used, they would report every
 * index as unused. The full run therefore first runs all pgTAP files in one database. An index that
 * is still unused after that has no test. Sequential scans are turned off, because with small
 * tables the planner would otherwise use no index. Autovacuum is off too, because the planner's
 * choice between two indexes depends on the rows that autovacuum has counted.
 * foundation/indexes.test.sql uses each index that the planner would otherwise use only by chance.
 */
async function advisorsFindNothing(server: DatabaseServer, afterTests: boolean): Promise<void> {
  await server.createDatabase("advised", { template: PROJECT });
  const session = await openPgtapSession(server, "advised", { enable_seqscan: "off" });
  try {
    for (const file of afterTests ? pgtapFiles() : []) await session.run(file);
  } finally {
    await session.end();
  }
  const said = await supabase(["db", "advisors", "--level", "info"], server.url("advised"));
  const found = adviceIn(said).filter(({ name }) => afterTests || name !== "unused_index");
  assertNone(found.map(({ level, name, detail }) => `${level} ${name}: ${detail}`));
}

/** Lints a database without pgTAP, because pgTAP's functions belong to another project. */
async function lintFindsNothing(server: DatabaseServer): Promise<void> {
  await server.createDatabase("linted", { template: PROJECT });
  const sql = server.connect("linted", { max: 1 });
  await sql`drop extension pgtap`.finally(() => sql.end());
  const said = await supabase(["db", "lint", "--level", "warning"], server.url("linted"));
  assertNone(
    listIn(said, lint).flatMap(({ function: name, issues }) =>
      issues.map(({ level, message }) => `${level} ${name}: ${message}`)
    ),
  );
}

/** `db lint` needs an extension that only a system PostgreSQL can have. */
function canLint(): boolean {
  const system = findSystem();
  try {
    return !!system && !!Deno.statSync(`${system.share}/extension/plpgsql_check.control`);
  } catch {
    return false;
  }
}

async function onEmbedded(isFull: boolean): Promise<Row[]> {
  return await withProject("embedded", async (server) => {
    const url = server.url(PROJECT);
    return [
      await checked("db push reports that the database is up to date", () => pushIsUpToDate(url)),
      await checked("db advisors find nothing", () => advisorsFindNothing(server, isFull)),
    ];
  }, { autovacuum: "off" });
}

/**
 * The two parts that the run for a Git push leaves out. That run does not need EMBEDDED, because
 * the suite `guest` also applies all migrations to the embedded PostgreSQL with `db push`.
 */
const UNUSED = "the search for unused indexes";
const EMBEDDED = "db push with the seed on the embedded PostgreSQL";

export const cli: Suite = {
  name: "cli",
  madeOf: CLI,
  about: "the real Supabase CLI: db push, db advisors, db lint, tokens",
  async run(_words, isFull) {
    if (!await hasNpx()) {
      return {
        rows: [],
        skipped: [{ what: "all of it", why: "needs npx, which comes with Node" }],
      };
    }
    const rows = [
      ...await supabaseStart(),
      ...await onEmbedded(isFull),
    ];
    const skipped: Skipped[] = [];
    const hasSystem = findSystem()?.hasCron ?? false;
    const left = isFull ? [] : [UNUSED, ...(hasSystem ? [EMBEDDED] : [])];
    if (!left.includes(EMBEDDED)) rows.push(await pushAppliesAll("embedded"));
    if (hasSystem) rows.push(await pushAppliesAll("system"));
    else {
      const why = "pg_cron is not installed (Debian: postgresql-15-cron)";
      skipped.push({ what: "db push on PostgreSQL 15", why });
    }
    if (canLint()) {
      rows.push(
        ...await withProject("system", async (server) => [
          await checked("db lint finds nothing", () => lintFindsNothing(server)),
        ]),
      );
    } else {
      const why = "plpgsql_check is not installed (Debian: postgresql-15-plpgsql-check)";
      skipped.push({ what: "db lint", why });
    }
    return { rows, skipped, left };
  },
};
