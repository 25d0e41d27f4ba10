/** Each alert rule has a runbook. The SQL of the runbook runs, and its requests are answered. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { withSql } from "../support/project/database.ts";
import { backEnd, get } from "../support/project/http.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const ROOT = new URL("../../", import.meta.url);
const FOLDER = "docs/runbooks";
/** Pages among the runbooks that belong to no alert rule. */
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

/** The SQL blocks of a page. */
function statementsOf(page: string): string[] {
  return [...read(page).matchAll(/^ *```sql\n(.*?)^ *```$/gms)].map(([, block]) => block!);
}

/** Returns the paths of the GET requests that a page prints as curl commands. */
function readsOf(page: string): string[] {
  const lines = read(page).replaceAll("\\\n", " ").split("\n");
  return lines.filter((line) => line.includes("curl ") && !line.includes("-X "))
    .flatMap((line) => line.match(/functions\/v1\/([^" `]+)/)?.[1] ?? []);
}

Deno.test("the runbook of each rule shows a request that explains the alert", () => {
  const without = pages.filter((page) => !OTHERS.includes(page) && readsOf(page).length === 0);
  deepEqual(without, []);
});

for (const page of pages) {
  Deno.test(`runbook ${page} names statements that run and requests that are answered`, async () => {
    const blocks = statementsOf(page);
    const paths = readsOf(page);
    ok(blocks.length + paths.length > 0, "the page has a statement or a request");
    await withSql(world, async (sql) => {
      for (const block of blocks) {
        await sql.unsafe("begin");
        await sql.unsafe(block);
        await sql.unsafe("rollback");
      }
    });
    for (const path of paths) {
      const answer = await get(world, path, backEnd(world));
      // The error for an unknown id names the field `id`. The error for an unknown route names no field.
      const isOfOne = path.endsWith("/ID");
      equal(answer.status, isOfOne ? refusalOf(path) : 200, `${path}: ${answer.text}`);
      if (isOfOne) equal(JSON.parse(answer.text).error.field, "id", path);
    }
  });
}

/**
 * A run of the proof has a number as its id, so `ID` is an invalid id there. Elsewhere `ID` is a
 * valid id that does not exist.
 */
function refusalOf(path: string): 400 | 404 {
  return path.startsWith("proofs/") ? 400 : 404;
}
