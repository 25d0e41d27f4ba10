import { deepEqual, equal } from "node:assert/strict";
import { skipped } from "../core/step.ts";
import type { Context, GoLiveStep } from "./context.ts";
import { isHosted, needed, neededWhere } from "./required-steps.ts";

const step = (code: string): GoLiveStep => ({
  ...{ code, title: "?", source: "project" },
  run: () => Promise.resolve(skipped("not here")),
});

const at = (isLocal: boolean) => ({ project: { isLocal } }) as unknown as Context;

Deno.test("only the named steps are required", () => {
  const required = needed([step("a"), step("b")], "b").map(({ isRequired }) => isRequired);
  deepEqual(required, [undefined, true]);
});

Deno.test("a step may be required on a hosted project alone", async () => {
  const [a, b] = neededWhere(isHosted, [step("a"), step("b")], "b");
  equal((await a!.run(at(false))).isRequired, undefined);
  equal((await b!.run(at(false))).isRequired, true);
  equal((await b!.run(at(true))).isRequired, undefined);
});
