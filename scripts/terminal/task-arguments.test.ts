import { deepStrictEqual } from "node:assert";
import { taskArguments } from "./task-arguments.ts";

Deno.test("taskArguments drops the leading -- that npx needs, and nothing else", () => {
  deepStrictEqual(taskArguments(["--", "--env-file", "f"]), ["--env-file", "f"]);
  deepStrictEqual(taskArguments(["file", "--", "x"]), ["file", "--", "x"]);
});
