import { deepEqual, equal, match } from "node:assert/strict";
import { GO_ON, STEPS } from "../commands.ts";
import type { Context } from "../command/context.ts";
import { deployByHand, functions } from "./functions.ts";

Deno.test("a resumed rollback repeats what may have changed, and reads the flags last", () => {
  const { rollback } = STEPS;
  for (const code of ["rollback.flags-off", "rollback.functions", "rollback.flags-stay-off"]) {
    const step = rollback.find((each) => each.code === code);
    equal(step?.isRepeated, true, code);
    equal(step?.isRequired, true, code);
  }
  equal(rollback.at(-1)?.code, "rollback.flags-stay-off");
  equal(GO_ON.includes("rollback"), true, "a failed step does not keep the functions as they are");
});

Deno.test("the command for a person makes a folder of its own", () => {
  equal(
    deployByHand("abc", ["run", "-A", "x.ts"]),
    "git worktree add --detach ../farthing-rollback abc && cd ../farthing-rollback && " +
      "deno run -A scripts/packages/main.ts && deno run -A x.ts",
  );
});

Deno.test("functions of an unknown reference are skipped, with the option to add", async () => {
  const project = { url: "https://api.shop.example", isLocal: false };
  const options = { revision: "HEAD" };
  const { state, evidence } = await functions.run({ project, options } as unknown as Context);
  deepEqual([state, evidence.length], ["skipped", 1]);
  match(evidence[0]!, /add --project REF/);
});
