import assert from "node:assert/strict";
import { ApiError } from "../../core/errors.ts";
import { watchLifetime } from "../../core/isolate.ts";
import { done, makeType, threeSteps } from "#support/fakes/job-types.ts";
import { makeJobWorld } from "#support/fakes/job-world.ts";

Deno.test("a job runs its steps in order and is completed with its result", async () => {
  const { jobs, run, clock } = makeJobWorld();
  const row = jobs.add("steps");
  const ran: string[] = [];
  const report = await run([threeSteps(ran)]);
  assert.deepEqual(report, { claimed: 1, completed: 1, failed: 0, released: 0 });
  assert.deepEqual(ran, ["one", "two", "three"]);
  assert.deepEqual([row.status, row.result], ["completed", { ran: 3 }]);
  assert.equal(clock.running, 0, "no timer is left behind");
});

Deno.test("a run without due jobs claims once and ends", async () => {
  const { jobs, run } = makeJobWorld();
  assert.deepEqual(await run([]), { claimed: 0, completed: 0, failed: 0, released: 0 });
  assert.deepEqual(jobs.calls.map(({ name }) => name), ["jobs_claim"]);
});

Deno.test("a run claims only types that it knows", async () => {
  const { jobs, run } = makeJobWorld();
  const row = jobs.add("unknown");
  assert.equal((await run([threeSteps([])])).claimed, 0);
  assert.equal(row.status, "queued");
});

Deno.test("a job that another run began continues after the last stored step", async () => {
  const { jobs, run } = makeJobWorld();
  const row = jobs.add("steps");
  row.steps.push({ step: "one", output: "kept", credits: "2", duplicates: 1 });
  const ran: string[] = [];
  const seen: unknown[] = [];
  const type = makeType("steps", async (job) => {
    seen.push(await job.step("one", () => (ran.push("one"), done("anew")())));
    seen.push(await job.step("two", () => (ran.push("two"), done("new")())));
    const charges = [await job.chargeOf("one"), await job.chargeOf("two")];
    return { cost: charges.map(({ credits }) => credits) };
  });
  await run([type]);
  assert.deepEqual([ran, seen], [["two"], ["kept", "new"]]);
  assert.deepEqual(row.result, { cost: ["2", "1.5"] });
  const written = jobs.callsOf("jobs_checkpoint").map(({ p_step }) => p_step);
  assert.deepEqual(written, ["two", "one"], "only what an earlier run was charged is asked for");
  assert.deepEqual(row.steps.map(({ output }) => output), ["kept", "new"]);
});

Deno.test("a step that is requested twice in one run runs once, and returns the same output", async () => {
  const { jobs, run } = makeJobWorld();
  const row = jobs.add("twice");
  let calls = 0;
  const ask = () => done(++calls)();
  await run([
    makeType("twice", async (job) => [await job.step("ask", ask), await job.step("ask", ask)]),
  ]);
  assert.deepEqual([row.result, calls, row.steps.length], [[1, 1], 1, 1]);
});

Deno.test("a step's output is sent in a list, so that a text is not taken for JSON", async () => {
  const { jobs, run } = makeJobWorld();
  jobs.add("text");
  await run([makeType("text", (job) => job.step("one", done("{}")))]);
  assert.deepEqual(jobs.callsOf("jobs_checkpoint").map(({ p_output }) => p_output), [["{}"]]);
});

Deno.test("a job is released before a new step when the wall-clock budget is used up", async () => {
  const { clock, jobs, run } = makeJobWorld();
  const row = jobs.add("steps");
  const ran: string[] = [];
  const type = threeSteps(ran, () => clock.advance(60));
  const report = await run([type], { wallMs: 100 });
  assert.deepEqual(report, { claimed: 1, completed: 0, failed: 0, released: 1 });
  assert.deepEqual([ran, row.status, row.attempts], [["one", "two"], "queued", 0]);
  assert.deepEqual((await run([type])).completed, 1);
  assert.deepEqual(ran, ["one", "two", "three"], "no step ran twice");
});

Deno.test("a job is released before a new step when the declared CPU is used up", async () => {
  const { jobs, run } = makeJobWorld();
  const row = jobs.add("steps");
  const ran: string[] = [];
  const report = await run([threeSteps(ran)], { cpuMs: 21 });
  assert.deepEqual([report.released, ran, row.status], [1, ["one", "two"], "queued"]);
  assert.equal(jobs.callsOf("jobs_claim").length, 1, "a spent run claims nothing more");
});

Deno.test("a step in progress is aborted at the hard limit, and the job continues later", async () => {
  const { clock, jobs, run } = makeJobWorld();
  const row = jobs.add("slow");
  let calls = 0;
  const type = makeType("slow", (job) =>
    job.step("ask", () => {
      if (++calls > 1) return Promise.resolve({ output: "late" });
      const broken = new Promise<never>((_, reject) => {
        job.signal.addEventListener("abort", () => reject(new Error("the call was aborted")));
      });
      clock.advance(140_000);
      return broken;
    }));
  const report = await run([type], { heartbeatMs: 1e9 });
  assert.deepEqual(report, { claimed: 1, completed: 0, failed: 0, released: 1 });
  assert.deepEqual([row.status, row.attempts], ["queued", 0]);
  assert.equal((await run([type])).completed, 1);
});

Deno.test("a run that is over releases one waiting job, which wakes the next run", async () => {
  const { clock, jobs, run } = makeJobWorld();
  const rows = [1, 2, 3].map(() => jobs.add("short"));
  const type = makeType("short", (job) => {
    clock.advance(100);
    return Promise.resolve(job.id);
  });
  const report = await run([type], { concurrency: 1, wallMs: 100 });
  assert.deepEqual(report, { claimed: 1, completed: 1, failed: 0, released: 0 });
  assert.deepEqual(jobs.callsOf("jobs_yield").map(({ p_job_id }) => p_job_id), [rows[1]?.job_id]);
  assert.deepEqual(rows.map(({ status, attempts }) => [status, attempts]), [
    ["completed", 1],
    ["queued", 0],
    ["queued", 0],
  ]);
});

Deno.test("a run that is over releases a second job if the first one was cancelled", async () => {
  const { clock, jobs, run } = makeJobWorld();
  const rows = [1, 2].map(() => jobs.add("steps"));
  jobs.before = (name) => {
    if (name === "jobs_yield" && rows[0]!.status === "processing") rows[0]!.status = "cancelled";
  };
  await run([threeSteps([], () => clock.advance(100))], { concurrency: 1, wallMs: 100 });
  const given = jobs.callsOf("jobs_yield").map(({ p_job_id }) => p_job_id);
  assert.deepEqual(given, rows.map(({ job_id }) => job_id));
  assert.deepEqual(rows.map(({ status }) => status), ["cancelled", "queued"]);
});

Deno.test("a run that is over while no job waits wakes no other run", async () => {
  const { clock, jobs, run } = makeJobWorld();
  jobs.add("short");
  const type = makeType("short", () => {
    clock.advance(100);
    return Promise.resolve(null);
  });
  await run([type], { wallMs: 100 });
  assert.deepEqual(jobs.callsOf("jobs_yield"), []);
});

function mortalWorld() {
  const runtime = new EventTarget();
  const after: (() => void)[] = [];
  const lifetime = watchLifetime(runtime, (_, call) => after.push(call));
  const warn = (reason: string) =>
    runtime.dispatchEvent(new CustomEvent("beforeunload", { detail: { reason } }));
  return { ...makeJobWorld({ lifetime }), warn, graceIsOver: () => after.forEach((end) => end()) };
}

Deno.test("a run whose isolate is about to be killed stores the current step, and ends", async () => {
  const { jobs, run, warn } = mortalWorld();
  const rows = [1, 2].map(() => jobs.add("steps"));
  const ran: string[] = [];
  const report = await run([threeSteps(ran, () => warn("wall_clock"))], { concurrency: 1 });
  assert.deepEqual(report, { claimed: 1, completed: 0, failed: 0, released: 1 });
  assert.deepEqual([ran, rows[0]!.steps.length], [["one"], 1]);
  assert.deepEqual(rows.map(({ status }) => status), ["queued", "queued"]);
});

for (const reason of ["cpu", "wall_clock"]) {
  Deno.test(`a step in progress is aborted when its isolate is about to be killed: ${reason}`, async () => {
    const { jobs, run, warn, graceIsOver } = mortalWorld();
    const row = jobs.add("slow");
    const type = makeType("slow", (job) =>
      job.step("ask", () => {
        const broken = new Promise<never>((_, reject) => {
          job.signal.addEventListener("abort", () => reject(new Error("the call was aborted")));
        });
        warn(reason);
        graceIsOver();
        return broken;
      }));
    assert.equal((await run([type])).released, 1);
    assert.deepEqual([row.status, row.attempts, row.steps], ["queued", 0, []]);
  });
}

/** Returns the number of jobs that each claim of a run requested, in descending order. */
async function claimSizes(tookMs: number): Promise<number[]> {
  const { clock, jobs, run } = makeJobWorld();
  for (let nr = 0; nr < 200; nr++) jobs.add("short");
  const type = makeType("short", () => {
    clock.advance(tookMs);
    return Promise.resolve(null);
  });
  const report = await run([type], { concurrency: 4, heartbeatMs: 1e9 });
  assert.equal(report.completed, 200);
  return jobs.callsOf("jobs_claim").map(({ p_limit }) => p_limit as number).sort((a, b) => b - a);
}

Deno.test("a run claims larger batches while its jobs are small, up to half of 64", async () => {
  const sizes = await claimSizes(0);
  assert.deepEqual([sizes[0], sizes.at(-1)], [32, 2]);
});

Deno.test("a run does not claim larger batches when its jobs take long", async () => {
  assert.equal((await claimSizes(101))[0], 2);
});

Deno.test("a finished job is timed from its creation, by its type and outcome", async () => {
  const { clock, jobs, metrics, run } = makeJobWorld();
  const fails = makeType("fails", () => Promise.reject(new ApiError("insufficient_credits")));
  const cancelled = makeType("cancelled", (job) =>
    job.step("one", () => {
      jobs.rows.find(({ type }) => type === "cancelled")!.status = "cancelled";
      return Promise.resolve({ output: 1 });
    }));
  for (const type of ["steps", "fails", "cancelled"]) jobs.add(type);
  clock.advance(90_000);
  await run([threeSteps([], () => clock.advance(1_000)), fails, cancelled]);
  assert.deepEqual(Object.keys(metrics.times).filter((name) => name.startsWith("job ")).sort(), [
    "job cancelled cancelled",
    "job fails failed",
    "job steps completed",
  ]);
  assert.deepEqual(metrics.times["job steps completed"], [93_000]);
});

Deno.test("a job that returns to the queue is not timed yet", async () => {
  const { clock, jobs, metrics, run } = makeJobWorld();
  jobs.add("steps");
  const type = threeSteps([], () => clock.advance(60));
  await run([type], { wallMs: 100 });
  assert.deepEqual(metrics.times, {});
  await run([type]);
  assert.deepEqual(metrics.times, { "job steps completed": [180] });
});
