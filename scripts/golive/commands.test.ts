import { deepEqual, equal } from "node:assert/strict";
import type { Context } from "./command/context.ts";
import { STEPS } from "./commands.ts";
import { verdictOf } from "./core/report.ts";
import type { Shown } from "./core/step.ts";

const stepOf = (command: "preflight" | "full", code: string) =>
  STEPS[command].find((step) => step.code === code)!;

/** Returns the verdict of a run in which one step passed, and the named step was skipped. */
async function verdictWith(command: "preflight" | "full", code: string, context: object) {
  const step = stepOf(command, code);
  const finding = await step.run(context as Context);
  equal(finding.state, "skipped", code);
  const shown = { ...finding, isRequired: finding.isRequired ?? step.isRequired } as Shown;
  return verdictOf([{ state: "ok" } as Shown, shown]);
}

const settings = { values: {}, source: "a test" };
const options = { stages: [1] };
const at = (isLocal: boolean) => ({
  options,
  facts: {},
  project: { settings, isLocal, url: "https://api.shop.example", databaseUrl: undefined },
});

Deno.test("full and preflight require the checks that look at the project itself", () => {
  const required = (command: "preflight" | "full") =>
    STEPS[command].filter(({ isRequired }) => isRequired).map(({ code }) => code);
  const checks = [
    ...["preflight.webhook-endpoint", "preflight.webhook-secret"],
    ...["preflight.migrations", "preflight.cron"],
  ];
  deepEqual(required("preflight"), checks);
  deepEqual(required("full"), [
    ...checks,
    ...["webhook.signed", "webhook.gaps"],
    ...["first-dollar.checkout", "first-dollar.payment", "first-dollar.entry"],
  ]);
});

Deno.test("a hosted project without snapshot or secrets is INCOMPLETE, and a stack is not", async () => {
  for (const code of ["preflight.project-secrets", "preflight.snapshot"]) {
    equal(await verdictWith("preflight", code, at(false)), "INCOMPLETE", code);
    equal(await verdictWith("preflight", code, at(true)), "GO", code);
  }
  for (const code of ["snapshot.dump", "snapshot.restore", "snapshot.prove"]) {
    equal(await verdictWith("full", code, at(false)), "INCOMPLETE", code);
    equal(await verdictWith("full", code, at(true)), "GO", code);
  }
});

Deno.test("stages that were left out do not make a launch incomplete", async () => {
  equal(await verdictWith("full", "canary.stage-5", at(false)), "GO");
});

Deno.test("a resumed run repeats its checks, and not the steps that take minutes", () => {
  const isRepeated = (code: string) => stepOf("full", code).isRepeated === true;
  const checks = STEPS.preflight.map(({ code }) => code);
  deepEqual([...checks, "smoke.health"].filter((code) => !isRepeated(code)), []);
  deepEqual(["snapshot.dump", "snapshot.restore"].filter(isRepeated), []);
});
