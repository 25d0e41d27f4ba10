/** docs/decisions/rate-limits.md shows the same limits as the code. */
import { deepEqual } from "node:assert/strict";
import { RULES } from "../../supabase/functions/_shared/limits/rate-limit-rules.ts";

const PAGE = new URL("../../docs/decisions/rate-limits.md", import.meta.url);
const SECONDS: Readonly<Record<string, number>> = { min: 60, h: 3_600 };

/** Reads a line of the page's table. Returns a text such as `checkout 10 60` for each rule in the line. */
function shown(line: string): string[] {
  const [names = "", , quota = "", unit = ""] = line.split("|").slice(1, -1);
  const count = Number(quota.replaceAll(",", ""));
  return [...names.matchAll(/`([a-z-]+)`/g)].map(([, name]) =>
    `${name} ${count} ${SECONDS[unit.trim()]}`
  );
}

Deno.test("the page on rate limits shows the limits of the code", async () => {
  const lines = (await Deno.readTextFile(PAGE)).split("\n")
    .filter((line) => line.startsWith("| `"));
  const rules = new Set([...RULES.values()].flat());
  const held = [...rules].map(({ name, quota, windowSeconds }) =>
    `${name} ${quota} ${windowSeconds}`
  );
  deepEqual(lines.flatMap(shown).sort(), held.sort());
});
