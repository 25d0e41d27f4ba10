import { deepEqual } from "node:assert/strict";
import { ROOT } from "../../command/root.ts";
import { LONGEST, longestFirst } from "./longest-first.ts";

Deno.test("each group of files begins with one of the longest files, while there are any", () => {
  const [longest, longer] = LONGEST as [string, string];
  const files = ["a", longer, "b", "c", longest, "d", "e"];
  deepEqual(longestFirst(files, 3), [longest, "a", "b", longer, "c", "d", "e"]);
  deepEqual(longestFirst(["a", longest], 3), [longest, "a"]);
});

Deno.test("the longest files exist", async () => {
  for (const file of LONGEST) await Deno.stat(`${ROOT}${file}`);
});
