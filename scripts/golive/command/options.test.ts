import { deepEqual, throws } from "node:assert/strict";
import { SettingsError } from "../../project/project-settings.ts";
import { readOptions } from "./options.ts";

/** The stages of a canary that is called with these arguments. */
function stages(...args: string[]): readonly number[] | undefined {
  const asked = readOptions(["canary", ...args]);
  return asked.kind === "run" ? asked.options.stages : undefined;
}

Deno.test("a canary has all stages, or those that are named, in their order", () => {
  deepEqual(stages(), [1, 5, 25, 50, 100]);
  deepEqual(stages("--stages", "100,25"), [25, 100]);
});

Deno.test("a stage that the canary does not have is refused", () => {
  for (const wrong of ["", "10", "25,", "25,all"]) {
    throws(() => stages("--stages", wrong), SettingsError, wrong);
  }
});
