/**
 * Lists a database's objects and rows as lines that can be compared, such as `table a.b: its
 * definition`.
 */
import assert from "node:assert/strict";
import type postgres from "postgres";

/** Returns a line for each object of the database, except the objects in these schemas. */
export async function catalogueOf(
  sql: postgres.Sql,
  without: readonly string[],
): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("./catalogue.sql", import.meta.url));
  const rows = await sql.unsafe(text, [without.join(",")]);
  return rows.map(({ what, is }) => `${what}: ${is}`);
}

/** Returns the lines that are in only one of two lists. */
export function difference(now: readonly string[], before: readonly string[]) {
  const [ofNow, ofBefore] = [new Set(now), new Set(before)];
  return {
    came: now.filter((line) => !ofBefore.has(line)),
    went: before.filter((line) => !ofNow.has(line)),
  };
}

/**
 * @throws Error that shows only the lines that differ, because they are easier to read than two
 *   long lists
 */
export function assertSame(now: readonly string[], before: readonly string[]): void {
  assert.deepEqual(difference(now, before), { came: [], went: [] });
}
