/**
 * docs/reference/faults.md shows the same table as expected.ts, and a test file covers each group
 * of faults.
 */
import { deepEqual, match } from "node:assert/strict";
import { type FaultName, FAULTS } from "./conditions.ts";
import { EXPECTED } from "./expected.ts";
import { type JourneyName, JOURNEYS } from "./journeys.ts";

const PAGE = new URL("../../../docs/reference/faults.md", import.meta.url);

function cellsOf(line: string): string[] {
  return line.split("|").slice(1, -1).map((cell) => cell.trim());
}

Deno.test("the page on faults shows the tested answers", async () => {
  const text = await Deno.readTextFile(PAGE);
  const [table = ""] = text.slice(text.indexOf("\n| while") + 1).split("\n\n");
  const lines = table.split("\n").map(cellsOf);
  const [head, , ...rows] = lines;
  const names = Object.keys(JOURNEYS) as JourneyName[];
  const faults = Object.keys(EXPECTED) as FaultName[];
  const tested = faults.map((fault) => [
    fault,
    ...names.map((name) => EXPECTED[fault][name].join(" or ")),
  ]);
  deepEqual(head, ["while", ...names]);
  deepEqual(rows, tested);
});

Deno.test("a test file causes each group of faults", async () => {
  for (const group of Object.keys(FAULTS)) {
    const file = await Deno.readTextFile(new URL(`${group}.test.ts`, import.meta.url));
    match(file, new RegExp(`^testFaults\\("${group}"\\);$`, "m"));
  }
});
