/** Each alert rule has a runbook, and the SQL in each runbook runs. */
import { deepEqual, ok } from "node:assert/strict";
import { withSql } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const ROOT = new URL("../../", import.meta.url);
const FOLDER = "docs/runbooks";
/** Pages that belong to no alert rule. */
const OTHERS = ["README.md", "disputes.md", "anchor.md"];

const pages = [...Deno.readDirSync(new URL(FOLDER, ROOT))].map(({ name }) => name)
  .filter((name) => name.endsWith(".md")).sort();

function read(page: string): string {
  return Deno.readTextFileSync(new URL(`${FOLDER}/${page}`, ROOT));
}

Deno.test("each rule has a runbook, and the index lists all runbooks", async () => {
  const rules = await withSql(
    world,
    (sql) =>
      sql<{ rule: string; severity: string; runbook: string }[]>`
    select rule, severity, runbook from farthing.alert_rules order by rule`,
  );
  const named = rules.map(({ runbook }) => runbook.replace(`${FOLDER}/`, ""));
  deepEqual(named, pages.filter((page) => !OTHERS.includes(page)));
  const index = read("README.md");
  for (const { rule, severity } of rules) {
    const row = index.split("\n").find((line) => line.startsWith(`| [${rule}](${rule}.md)`));
    ok(row?.includes(`| ${severity} `), `${rule} is ${severity}: ${row}`);
  }
});

for (const page of pages) {
  Deno.test(`runbook ${page} names statements that run`, async () => {
    const blocks = [...read(page).matchAll(/^ *```sql\n(.*?)^ *```$/gms)].map(([, block]) =>
      block!
    );
    ok(blocks.length > 0, "the page has a statement");
    await withSql(world, async (sql) => {
      for (const block of blocks) {
        await sql.unsafe("begin");
        await sql.unsafe(block);
        await sql.unsafe("rollback");
      }
    });
  });
}
