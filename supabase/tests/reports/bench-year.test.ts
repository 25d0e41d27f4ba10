/**
 * The benchmark G26 reads the reports about a year of business. This test fills the benchmark's
 * tables with few accounts, and reads each report. The benchmark itself is seldom run, although its
 * tables change. This test shows whether the benchmark still works.
 */
import { deepEqual, notEqual } from "node:assert/strict";
import { fillYear, report, REPORTS } from "../../../bench/database/year.ts";
import { connect } from "../helpers/two-sessions.ts";

Deno.test("the benchmark's year is filled, and each report over it has rows and agrees", async () => {
  const sql = connect("supabase_admin");
  try {
    await fillYear(sql, 100);
    for (const [name, call] of REPORTS) {
      const { rows, controls } = await report(sql, call);
      notEqual(rows.length, 0, `the report of ${name} has no rows`);
      notEqual(controls.length, 0, `the report of ${name} has no controls`);
      deepEqual(
        controls.filter(({ difference }) => difference !== "0"),
        [],
        `the report of ${name}`,
      );
    }
  } finally {
    await sql.end();
  }
});
