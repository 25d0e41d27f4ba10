import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { reportOf, verdictOf } from "./report.ts";
import { type Facts, runSteps } from "./run-steps.ts";
import { isGenuine, sign } from "./sign.ts";
import { runFolder } from "./run-file.ts";
import { UnreachableError } from "./unreachable.ts";
import { failed, type Finding, found, type Shown, skipped, type Step, warning } from "./step.ts";

type Steps = readonly Step<Facts>[];

const step = (code: string, run: Step<Facts>["run"], more: Partial<Step<Facts>> = {}) => ({
  ...{ code, title: code, source: "ledger" as const, run },
  ...more,
});

/** Runs steps for a new project each time, so that no run continues the record of another test. */
function runnerOf(project = `http://${crypto.randomUUID()}.test`) {
  return async (steps: Steps, continues = true) => {
    const seen: [code: string, isFromBefore: boolean][] = [];
    const run = await runSteps({
      of: { project, command: "test", mode: "test" },
      ...{ steps, continues, context: {} },
      now: () => new Date("2026-01-01T00:00:00Z"),
      onShown: ({ code }: Shown, isFromBefore) => void seen.push([code, isFromBefore]),
    });
    return { run, seen };
  };
}

Deno.test("a run stops at the step that fails, and the next one goes on there", async () => {
  const runs = runnerOf();
  let isBroken = true;
  let paid = 0;
  const steps: Steps = [
    step("pay", async ({ tell }) => {
      paid += 1;
      await tell({ order: "order-1" });
      return found("paid");
    }),
    step(
      "look",
      ({ facts }) =>
        Promise.resolve(isBroken ? failed("not there", "wait") : found(facts["order"]!)),
    ),
    step("end", () => Promise.resolve(found("ended"))),
  ];
  const first = await runs(steps);
  deepEqual(first.seen, [["pay", false], ["look", false]]);
  equal(reportOf(first.run, new Date()).verdict, "NO-GO");
  isBroken = false;
  const second = await runs(steps);
  deepEqual(second.seen, [["pay", true], ["look", false], ["end", false]]);
  equal(paid, 1);
  deepEqual(second.run.shown.map(({ evidence }) => evidence), [["paid"], ["order-1"], ["ended"]]);
  equal(second.run.id, first.run.id);
  const checked = reportOf(second.run, new Date()).checked;
  deepEqual(checked.map(({ isFromBefore }) => isFromBefore), [true, undefined, undefined]);
  equal((await runs(steps)).seen[0]?.[1], false, "a run that has ended is not continued");
});

Deno.test("a step that was killed after it left facts finds them again", async () => {
  const runs = runnerOf();
  const killed = step("pay", async ({ facts, tell }) => {
    if (facts["order"] !== undefined) return found(`order ${facts["order"]} is known`);
    await tell({ order: "order-1" });
    throw new Error("killed");
  });
  equal((await runs([killed])).run.shown[0]?.state, "failed");
  deepEqual((await runs([killed])).run.shown[0]?.evidence, ["order order-1 is known"]);
});

Deno.test("a step that may have changed is run again", async () => {
  const runs = runnerOf();
  let looks = 0;
  const steps: Steps = [
    step("proof", () => Promise.resolve(found(`look ${++looks}`)), { isRepeated: true }),
    step("break", () => Promise.resolve(looks < 2 ? failed("no", "again") : found("yes"))),
  ];
  await runs(steps);
  deepEqual((await runs(steps)).seen, [["proof", false], ["break", false]]);
});

Deno.test("a report says which evidence it lacks, and a changed one is not genuine", async () => {
  const { run } = await runnerOf()([step("proof", () => Promise.resolve(found("clean")))]);
  const report = reportOf(run, new Date("2026-01-01T00:01:00Z"));
  deepEqual(report.completeness, { stripe: false, credits: false, ledger: true });
  const signed = await sign(report);
  ok(await isGenuine(signed));
  ok(!await isGenuine({ ...signed, report: { ...report, verdict: "NO-GO" } }));
  equal((await sign(report)).publicKey, signed.publicKey);
});

/** Returns the verdict of a command whose second step has this finding. */
async function verdictWith(second: Finding, more: Partial<Step<Facts>> = {}, first = found("")) {
  const { run } = await runnerOf()([
    step("first", () => Promise.resolve(first)),
    step("second", () => Promise.resolve(second), more),
  ], false);
  return verdictOf(run.shown);
}

Deno.test("a command that has skipped what it is for is incomplete", async () => {
  const required = { isRequired: true };
  equal(await verdictWith(skipped("no tool")), "GO");
  equal(await verdictWith(skipped("no tool"), required), "INCOMPLETE");
  equal(await verdictWith(found("done"), required), "GO");
  equal(await verdictWith(warning("slow", ""), required), "GO");
  equal(await verdictWith(failed("no", ""), required), "NO-GO");
  equal(await verdictWith(skipped("no"), {}, skipped("nothing")), "INCOMPLETE", "all skipped");
  equal(verdictOf([]), "INCOMPLETE");
});

Deno.test("a step without data ends the run, which goes on at it", async () => {
  const runs = runnerOf();
  let users = 0;
  const steps: Steps = [
    step(
      "stage",
      () => Promise.resolve(users > 0 ? found("used") : { ...skipped("nobody"), ends: true }),
    ),
    step("next", () => Promise.resolve(found("next"))),
  ];
  const { run, seen } = await runs(steps);
  deepEqual([seen, verdictOf(run.shown)], [[["stage", false]], "INCOMPLETE"]);
  users = 1;
  deepEqual((await runs(steps)).seen, [["stage", false], ["next", false]]);
});

Deno.test("a run whose report could not be stored stays", async () => {
  const of = {
    project: `http://${crypto.randomUUID()}.test`,
    command: "test",
    mode: "test" as const,
  };
  const steps = [step("pay", () => Promise.resolve(found("paid")))];
  const running = { of, steps, context: {}, continues: true, now: () => new Date() };
  const onEnded = () => Promise.reject(new Error("the disk is full"));
  await rejects(() => runSteps({ ...running, onShown: () => {}, onEnded }), /disk is full/);
  const seen: boolean[] = [];
  await runSteps({ ...running, onShown: (_, isFromBefore) => void seen.push(isFromBefore) });
  deepEqual(seen, [true]);
});

Deno.test("a host that does not answer is explained once, and not at each step that needs it", async () => {
  const silent = (host: string) => () =>
    Promise.reject(new UnreachableError(host, new Error("error sending: Connection refused")));
  const steps: Steps = [
    step("first", silent("a.test")),
    step("second", silent("a.test")),
    step("other", silent("b.test")),
    step("works", () => Promise.resolve(found("yes"))),
  ];
  const run = await runSteps({
    of: { project: `http://${crypto.randomUUID()}.test`, command: "test", mode: "test" },
    ...{ steps, continues: false, context: {}, goesOn: true, beginsAgain: true },
    now: () => new Date("2026-01-01T00:00:00Z"),
    onShown: () => {},
  });
  deepEqual(run.shown.map(({ state, evidence }) => [state, ...evidence]), [
    ["failed", "a.test does not answer: Connection refused"],
    ["skipped", "needs a.test, which does not answer"],
    ["failed", "b.test does not answer: Connection refused"],
    ["ok", "yes"],
  ]);
  equal(run.shown[0]?.fix?.endsWith("Then run the command again."), true, run.shown[0]?.fix);
  const gates = reportOf(run, new Date()).gates.map(({ gate }) => gate);
  deepEqual(gates, ["NO-GO", "NOT SHOWN", "NO-GO", "GO"]);
});

/**
 * Runs a step whose record can't be written, because a folder has the record's name. Returns how
 * the step ended, how often it ran, and the number of warnings.
 */
async function withoutRecord(isUrgent: boolean) {
  const name = crypto.randomUUID();
  const of = { project: `http://${name}.test`, command: "test", mode: "test" as const };
  const folder = `${runFolder()}/test-test-${name}.test.json`;
  await Deno.mkdir(`${folder}/full`, { recursive: true });
  let unwritten = 0;
  let ran = 0;
  const steps: Steps = [step("off", async ({ tell }) => {
    ran++;
    await tell({ off: "yes" });
    return found("off");
  })];
  const run = runSteps({
    ...{ of, steps, context: {}, continues: false },
    resuming: { asked: {}, mostMs: 1, isUrgent },
    now: () => new Date("2026-01-01T00:00:00Z"),
    onShown: () => {},
    onWarning: () => void unwritten++,
  });
  const ended = await run.then(({ shown }) => shown[0]?.state, () => "not run");
  await Deno.remove(folder, { recursive: true });
  return { ended, ran, unwritten };
}

Deno.test("a rollback goes on without its record, and another command does not begin", async () => {
  deepEqual(await withoutRecord(true), { ended: "ok", ran: 1, unwritten: 3 });
  deepEqual(await withoutRecord(false), { ended: "not run", ran: 0, unwritten: 0 });
});
