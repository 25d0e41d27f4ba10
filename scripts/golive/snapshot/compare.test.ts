import { deepEqual } from "node:assert/strict";
import { compareFigures } from "./compare.ts";

Deno.test("equal figures are listed, and each difference is named with both values", () => {
  const here = { "entries of purchase": "2, 19980", "orders paid": "2, 1998" };
  const there = { "entries of purchase": "1, 9990", "orders paid": "2, 1998", "events dead": "1" };
  deepEqual(compareFigures(here, there), {
    lines: ["orders paid: 2, 1998 in both"],
    differing: [
      "entries of purchase: 2, 19980 here, 1, 9990 restored",
      "events dead: none here, 1 restored",
    ],
  });
});

Deno.test("two empty ledgers are equal", () => {
  deepEqual(compareFigures({}, {}), { lines: [], differing: [] });
});
