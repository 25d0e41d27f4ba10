import assert from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { ApiError } from "../../core/errors.ts";
import { makeType, threeSteps } from "#support/fakes/job-types.ts";
import { makeJobWorld } from "#support/fakes/job-world.ts";

Deno.test("a temporary failure is retried in the same run, when it is due", async () => {
  const { clock, jobs, run } = makeJobWorld();
  const row = jobs.add("flaky");
  let calls = 0;
  const type = makeType("flaky", (job) =>
    job.step("ask", () => {
      if (++calls === 1) {
        throw new ApiError("upstream_unavailable", { retryAfterSeconds: 5, internal: "ai: 503" });
      }
      return Promise.resolve({ output: calls });
    }));
  const report = await run([type]);
  assert.deepEqual(report, { claimed: 2, completed: 1, failed: 0, released: 1 });
  assert.deepEqual(clock.slept, [5_000], "it waited as long as requested, and no longer");
  assert.deepEqual(row.error, {
    code: "upstream_unavailable",
    message: "The service had a problem. Try again in a moment.",
    detail: "ai: 503",
  });
});

Deno.test("a run does not wait for a job that is due in more than 20 s", async () => {
  const { clock, jobs, run } = makeJobWorld();
  jobs.add("steps").runAfterMs += 21_000;
  assert.equal((await run([threeSteps([])])).claimed, 0);
  assert.deepEqual(clock.slept, []);
});

Deno.test("a run waits for jobs that are due soon, for at most 20 s in all", async () => {
  const { clock, jobs, run } = makeJobWorld();
  for (const seconds of [10, 20, 21]) jobs.add("steps").runAfterMs += seconds * 1000;
  assert.equal((await run([threeSteps([])])).completed, 2);
  assert.deepEqual(clock.slept, [10_000, 10_000]);
});

Deno.test("a run waits for a job that is due before the run ends, and not for a later one", async () => {
  for (const [dueInMs, completed] of [[4_999, 1], [5_000, 0]] as const) {
    const { clock, jobs, run } = makeJobWorld();
    jobs.add("steps").runAfterMs += dueInMs;
    assert.equal((await run([threeSteps([])], { wallMs: 5_000 })).completed, completed);
    assert.deepEqual(clock.slept, completed ? [dueInMs] : []);
  }
});

Deno.test("a run looks for a due job at most twice a second", async () => {
  const { clock, jobs, run } = makeJobWorld();
  jobs.add("steps").runAfterMs += 1;
  assert.equal((await run([threeSteps([])])).completed, 1);
  assert.deepEqual(clock.slept, [500]);
});

Deno.test("a Retry-After of a century is limited to one hour", async () => {
  const { jobs, run } = makeJobWorld();
  jobs.add("busy");
  const busy = new ApiError("upstream_unavailable", { retryAfterSeconds: 3_153_600_000 });
  await run([makeType("busy", () => Promise.reject(busy))]);
  assert.deepEqual(jobs.callsOf("jobs_fail").map((args) => args.p_retry_after_seconds), [3_600]);
});

Deno.test("a result that the database refuses fails its job at once", async () => {
  const { jobs, run } = makeJobWorld();
  const row = jobs.add("odd");
  jobs.before = (name) =>
    name === "jobs_complete" ? Promise.reject(new ApiError("invalid_request")) : Promise.resolve();
  const report = await run([makeType("odd", () => Promise.resolve("\u0000"))]);
  assert.deepEqual(report, { claimed: 1, completed: 0, failed: 1, released: 0 });
  assert.deepEqual([row.status, row.error?.code], ["failed", "invalid_request"]);
});

Deno.test("a job fails for good when its attempts are used up", async () => {
  const { jobs, run } = makeJobWorld();
  const row = jobs.add("broken");
  const type = makeType("broken", () => Promise.reject(new ApiError("request_timeout")));
  const report = await run([type]);
  assert.deepEqual(report, { claimed: 3, completed: 0, failed: 1, released: 2 });
  assert.deepEqual([row.status, row.error?.code], ["failed", "request_timeout"]);
});

Deno.test("a permanent failure fails the job at once", async () => {
  const { jobs, run } = makeJobWorld();
  const row = jobs.add("refused");
  const type = makeType("refused", () => Promise.reject(new ApiError("unknown_model")));
  assert.deepEqual((await run([type])).failed, 1);
  assert.deepEqual([row.status, row.attempts], ["failed", 1]);
});

Deno.test("a bug has one fixed message for the user, and its detail is stored without secrets", async () => {
  const { jobs, run, lines } = makeJobWorld();
  const row = jobs.add("bug");
  const type = makeType("bug", () => Promise.reject(new Error("at sk_test_12345678")));
  await run([type]);
  assert.equal(row.error?.code, "internal");
  assert.doesNotMatch(row.error.message, /sk_test|at /);
  assert.match(row.error.detail ?? "", /at \[SECRET\]/);
  const line = lines.find(({ message }) => message === "job attempt failed");
  assert.equal(line?.level, "error");
});

Deno.test("an input that the type no longer accepts fails the job for good", async () => {
  const { jobs, run } = makeJobWorld();
  const row = jobs.add("strict", { old: true });
  await run([makeType("strict", () => Promise.resolve(null), z.strictObject({}))]);
  assert.deepEqual([row.status, row.error?.code], ["failed", "invalid_request"]);
});
