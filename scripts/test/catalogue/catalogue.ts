/** Lists a database's objects and rows as comparable lines: `what: how it is`. */
import assert from "node:assert/strict";
import type postgres from "postgres";

/** Returns a line for each object outside of these schemas. */
export async function catalogueOf(
  sql: postgres.Sql,
  without: readonly string[],
): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("./catalogue.sql", import.meta.url));
  const rows = await sql.unsafe(text, [without.join(",")]);
  return rows.map(({ what, is }) => `${what}: ${is}`);
}

/** Returns the lines that only one of two lists has. */
export function difference(now: readonly string[], before: readonly string[]) {
  const [ofNow, ofBefore] = [new Set(now), new Set(before)];
  return {
    came: now.filter((line) => !ofBefore.has(line)),
    went: before.filter((line) => !ofNow.has(line)),
  };
}

/** @throws with the lines of the difference, instead of two long lists */
export function assertSame(now: readonly string[], before: readonly string[]): void {
  assert.deepEqual(difference(now, before), { came: [], went: [] });
}
