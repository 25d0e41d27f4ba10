/**
 * Compares a database made from the schema files with one made from the migrations. They must be
 * equal.
 */
import assert from "node:assert/strict";
import type { Databases } from "@farthing/local-stack/postgres";
import { contentsOf, makeBoth, OF_MIGRATIONS, OF_SCHEMAS } from "../catalogue/both.ts";
import { difference } from "../catalogue/catalogue.ts";
import { withNewProject } from "../../test-tools/project-database.ts";
import { checked, type Row, type Suite } from "../../test-tools/suite.ts";
import { DATABASE } from "./made-of.ts";

/**
 * Changes that a migration could contain while the schema files lack them. Each has a pattern that
 * must match the comparison's lines about the change.
 */
const CHANGES: readonly (readonly [what: string, change: string, named: RegExp])[] = [
  ["comment", "comment on table farthing.lots is 'Another.'", /^comment on table farthing\.lots: /],
  [
    "comment on a column",
    "comment on column farthing.lots.priority is 'Another.'",
    /^comment on table column farthing\.lots\.priority: /,
  ],
  [
    "grant on a table",
    "grant truncate on farthing.lots to anon",
    /^privileges on relation farthing\.lots: /,
  ],
  [
    "grant on a function",
    "grant execute on function farthing.prove() to public",
    /^privileges on function farthing\.prove\(\): /,
  ],
  [
    "policy",
    "alter policy incidents_none on farthing.incidents using (true)",
    /^policy incidents_none on farthing\.incidents: /,
  ],
  [
    "table without row level security",
    "alter table farthing.lots disable row level security",
    /^relation farthing\.lots: /,
  ],
  [
    "trigger",
    "alter table farthing.tasks disable trigger user",
    /^trigger \w+ on farthing\.tasks: /,
  ],
  [
    "function",
    "alter function farthing.prove() set search_path = public",
    /^function farthing\.prove\(\): /,
  ],
  [
    "column's default",
    "alter table farthing.policy alter low_balance set default 1",
    /^column farthing\.policy\.low_balance: /,
  ],
  [
    "check of a domain",
    "alter domain farthing.author drop constraint author_known",
    /constraint author_known on .*farthing\.author: /,
  ],
  ["table", "create table farthing.more ()", /farthing\.(?:_)?more(?:\[\])?: /],
  [
    "default privilege",
    "alter default privileges in schema farthing grant select on tables to anon",
    /^default privileges of postgres in farthing for r: |^object default acl /,
  ],
  ["scheduled job", "select cron.unschedule('farthing')", /^scheduled job farthing: /],
  [
    "task",
    "update farthing.tasks set every = '1 day' where task = 'seal'",
    /^row of farthing\.tasks \{seal\}: /,
  ],
  [
    "value of the policy",
    `select farthing.set_policy('{"low_balance": "1"}', 'more')`,
    /^row of farthing\.policy \{true\}: /,
  ],
  [
    "seeded package",
    `insert into farthing.packages (package_id, version, name, amount, currency, credits, bonus_credits)
     values ('00000000-0000-4000-8000-000000000001', 1, 'More', 1, 'usd', 1, 0)`,
    /^row of farthing\.packages \{00000000-0000-4000-8000-000000000001,1\}: /,
  ],
];

async function findsChange(
  server: Databases,
  before: readonly string[],
  change: string,
  named: RegExp,
): Promise<void> {
  const database = "changed";
  await server.createDatabase(database, { template: OF_MIGRATIONS });
  try {
    const changed = await contentsOf(server, database, change);
    const { came, went } = difference(changed, before);
    const lines = [...came, ...went];
    assert.notEqual(lines.length, 0, "the change was not found");
    for (const line of lines) assert.match(line, named);
  } finally {
    await server.dropDatabase(database);
  }
}

async function compare(server: Databases): Promise<Row[]> {
  await makeBoth(server);
  const before = await contentsOf(server, OF_MIGRATIONS);
  const rows = [
    await checked("the schema files and the migrations make equal databases", async () => {
      const { came, went } = difference(before, await contentsOf(server, OF_SCHEMAS));
      assert.deepEqual(
        { onlyInMigrations: came, onlyInSchemas: went },
        { onlyInMigrations: [], onlyInSchemas: [] },
      );
    }),
  ];
  for (const [what, change, named] of CHANGES) {
    rows.push(
      await checked(
        `a ${what} of one side alone is named`,
        () => findsChange(server, before, change, named),
      ),
    );
  }
  return rows;
}

export const catalogue: Suite = {
  name: "catalogue",
  madeOf: DATABASE,
  about: "the database of supabase/schemas is that of supabase/migrations, object by object",
  async run() {
    return { rows: await withNewProject(compare), skipped: [] };
  },
};
