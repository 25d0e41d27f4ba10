import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { formatChanges } from "./format-changes.ts";

const price = { field: "price_thb", from: "999", to: "1099" };
const begins = { field: "effective_from", from: null, to: "2027-01-01T00:00:00+00:00" };

/** Returns the lines for a change of these fields of the package `starter`. */
function lines(...fields: { field: string; from: string | null; to: string | null }[]): string[] {
  const change = { name: "starter", change: "changed" as const, version: 2, fields };
  const text = formatChanges({ version: "7", dry_run: true, changes: [change], unchanged: 3 });
  return stripVTControlCharacters(text).split("\n").map((line) => line.trimEnd());
}

Deno.test("changes are a table with a line for each field, aligned", () => {
  assert.deepEqual(lines(price, begins), [
    "~ 1 changed  = 3 unchanged",
    "",
    "package    version  field           now     new",
    "~ starter        2  price_thb       999  →  1099",
    "                    effective_from    –  →  2027-01-01T00:00:00+00:00",
  ]);
});

Deno.test("a long text is shortened between characters, so that a line fits in a terminal", () => {
  const text = "ราคา 🇧🇬 " + "x".repeat(500);
  const line = lines({ field: "description", from: text, to: null })[3] ?? "";
  assert.match(line, /description +ราคา 🇧🇬 x+… +→ +–$/u);
  assert.ok(line.length < 120, line);
});
