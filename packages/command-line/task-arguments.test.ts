import { deepStrictEqual } from "node:assert";
import { taskArguments } from "./task-arguments.ts";

Deno.test("taskArguments drops only the first --, which npx needs", () => {
  deepStrictEqual(taskArguments(["--", "--env-file", "f"]), ["--env-file", "f"]);
  deepStrictEqual(taskArguments(["jobs", "--", "--env-file", "f"]), ["jobs", "--env-file", "f"]);
  deepStrictEqual(taskArguments(["a", "--", "b", "--", "c"]), ["a", "b", "--", "c"]);
  deepStrictEqual(taskArguments(["--flag", "file"]), ["--flag", "file"]);
});
