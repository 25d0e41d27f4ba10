/** A database's objects and rows, as lines that can be compared: `what: how it is`. */
import assert from "node:assert/strict";
import type postgres from "postgres";

/** Everything but what stands in these schemas, a line each. */
export async function catalogueOf(
  sql: postgres.Sql,
  without: readonly string[],
): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("./catalogue.sql", import.meta.url));
  const rows = await sql.unsafe(text, [without.join(",")]);
  return rows.map(({ what, is }) => `${what}: ${is}`);
}

/** The lines that only one of two lists has. */
export function difference(now: readonly string[], before: readonly string[]) {
  const [ofNow, ofBefore] = [new Set(now), new Set(before)];
  return {
    came: now.filter((line) => !ofBefore.has(line)),
    went: before.filter((line) => !ofNow.has(line)),
  };
}

/** @throws with what came and what went, in place of two long lists */
export function assertSame(now: readonly string[], before: readonly string[]): void {
  assert.deepEqual(difference(now, before), { came: [], went: [] });
}
