import assert from "node:assert/strict";
import { DatabaseFailure, TIMED_OUT } from "../../adapters/database/failures.ts";
import { ApiError } from "../../core/errors.ts";
import { done, makeType, threeSteps } from "#support/fakes/job-types.ts";
import { makeJobWorld } from "#support/fakes/job-world.ts";

Deno.test("a job that is cancelled during a step stores the step and begins no other", async () => {
  const { jobs, run } = makeJobWorld();
  const row = jobs.add("steps");
  const ran: string[] = [];
  const type = threeSteps(ran, (step) => {
    if (step === "two") row.status = "cancelled";
  });
  const report = await run([type]);
  assert.deepEqual(report, { claimed: 1, completed: 0, failed: 0, released: 0 });
  assert.deepEqual([ran, row.steps.length], [["one", "two"], 2]);
  assert.deepEqual([jobs.callsOf("jobs_complete"), jobs.callsOf("jobs_fail")], [[], []]);
});

Deno.test("a job that is missing from the heartbeat's answer begins no further step", async () => {
  const { clock, jobs, run } = makeJobWorld();
  const row = jobs.add("steps");
  const ran: string[] = [];
  const type = makeType("steps", async (job) => {
    await job.step("one", () => (ran.push("one"), done(1)()));
    row.status = "cancelled";
    clock.advance(20_000);
    await new Promise((resolve) => setTimeout(resolve, 0));
    await job.step("two", () => (ran.push("two"), done(2)()));
    return null;
  });
  await run([type], { heartbeatMs: 20_000 });
  assert.deepEqual(ran, ["one"]);
  assert.deepEqual([row.status, row.runnerId], ["cancelled", null], "its lease has ended");
  assert.equal(jobs.callsOf("jobs_yield").length, 1);
});

Deno.test("a heartbeat renews the lease of a job whose step takes long", async () => {
  const { clock, jobs, run } = makeJobWorld();
  const row = jobs.add("steps");
  const type = makeType("steps", (job) =>
    job.step("long", async () => {
      for (let beat = 0; beat < 5; beat++) {
        clock.advance(20_000);
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      assert(row.leaseUntilMs > clock.nowMs());
      return { output: null };
    }));
  assert.equal((await run([type], { hardMs: 1e9, wallMs: 1e9 })).completed, 1);
  assert.equal(jobs.callsOf("jobs_heartbeat").length, 5);
});

Deno.test("a failed heartbeat does not stop the job", async () => {
  const { clock, jobs, run, lines } = makeJobWorld();
  jobs.add("steps");
  jobs.before = (name) => {
    if (name === "jobs_heartbeat") throw new ApiError("upstream_unavailable");
  };
  const type = makeType("steps", async (job) => {
    clock.advance(20_000);
    await new Promise((resolve) => setTimeout(resolve, 0));
    return await job.step("one", done(1));
  });
  assert.equal((await run([type])).completed, 1);
  assert(lines.some(({ message }) => message === "heartbeat failed"));
});

Deno.test("a runner whose lease was lost writes nothing more", async () => {
  const { clock, jobs, run } = makeJobWorld();
  const row = jobs.add("steps");
  const ran: string[] = [];
  const type = threeSteps(ran, (step) => {
    if (step !== "two") return;
    row.token += 1;
    row.runnerId = "another";
    row.leaseUntilMs = clock.nowMs() + 60_000;
  });
  const report = await run([type]);
  assert.deepEqual(report, { claimed: 1, completed: 0, failed: 0, released: 0 });
  assert.deepEqual([ran, row.steps.map(({ step }) => step)], [["one", "two"], ["one"]]);
  assert.deepEqual([row.status, row.runnerId], ["processing", "another"]);
});

Deno.test("a checkpoint is written again until it is stored, and the step runs once", async () => {
  const { jobs, run } = makeJobWorld();
  jobs.add("steps");
  let failures = 3;
  jobs.before = (name) => {
    // After a timeout, only a runner's writes are retried, because no caller waits for them.
    const code = TIMED_OUT;
    if (name === "jobs_checkpoint" && failures-- > 0) {
      throw new DatabaseFailure({ code, message: "" });
    }
  };
  const ran: string[] = [];
  assert.equal((await run([threeSteps(ran)])).completed, 1);
  assert.deepEqual(ran, ["one", "two", "three"]);
  assert.equal(jobs.callsOf("jobs_checkpoint").length, 6);
});

Deno.test("a job whose end cannot be stored keeps its lease", async () => {
  const { jobs, run, lines } = makeJobWorld();
  const row = jobs.add("steps");
  jobs.before = (name) => {
    if (name !== "jobs_claim") throw new ApiError("upstream_unavailable");
  };
  const report = await run([threeSteps([])]);
  assert.deepEqual(report, { claimed: 1, completed: 0, failed: 0, released: 0 });
  assert.equal(row.status, "processing");
  assert(lines.some(({ message }) => message === "job not ended"));
});

Deno.test("a run that cannot claim ends with the error, after finishing its claimed jobs", async () => {
  const { jobs, run } = makeJobWorld();
  const rows = [jobs.add("steps"), jobs.add("steps")];
  let claims = 0;
  jobs.before = (name) => {
    if (name === "jobs_claim" && ++claims === 2) throw new ApiError("upstream_unavailable");
  };
  await assert.rejects(run([threeSteps([])]), { code: "upstream_unavailable" });
  assert.deepEqual(rows.map(({ status }) => status), ["completed", "completed"]);
});

Deno.test("a finished job whose completion cannot be stored keeps its lease and does not fail", async () => {
  const { jobs, run, lines } = makeJobWorld();
  const row = jobs.add("steps");
  jobs.before = (name) => {
    if (name === "jobs_complete") throw new ApiError("upstream_unavailable");
  };
  const report = await run([threeSteps([])]);
  assert.deepEqual([report.completed, report.failed, row.status], [0, 0, "processing"]);
  assert.deepEqual(jobs.callsOf("jobs_fail"), []);
  assert(lines.some(({ message }) => message === "job not ended"));
});
