import assert from "node:assert/strict";
import { ApiError } from "../../core/errors.ts";
import { CompletionBatcher } from "./completion-batcher.ts";
import { done, makeType } from "#support/fakes/job-types.ts";
import { makeJobWorld } from "#support/fakes/job-world.ts";

Deno.test("jobs that end together are completed in one call", async () => {
  const { jobs, run } = makeJobWorld();
  for (let nr = 0; nr < 8; nr++) jobs.add("steps");
  const type = makeType("steps", () => Promise.resolve(null));
  assert.equal((await run([type], { concurrency: 16 })).completed, 8);
  const batches = jobs.callsOf("jobs_complete").map(({ p_done }) => (p_done as unknown[]).length);
  assert.deepEqual(batches, [8]);
});

Deno.test("jobs that end during a completion are batched for the next call", async () => {
  const { jobs, run } = makeJobWorld();
  for (let nr = 0; nr < 4; nr++) jobs.add("steps", nr);
  const { promise: isFirstSent, resolve: sent } = Promise.withResolvers<void>();
  const { promise: mayFirstEnd, resolve: end } = Promise.withResolvers<void>();
  let calls = 0;
  jobs.before = async (name) => {
    if (name !== "jobs_complete" || ++calls > 1) return;
    sent();
    await mayFirstEnd;
  };
  const type = makeType("steps", async (_job, input) => {
    if (input !== 0) await isFirstSent;
    if (input === 3) setTimeout(end, 0);
    return null;
  });
  assert.equal((await run([type], { concurrency: 8 })).completed, 4);
  const batches = jobs.callsOf("jobs_complete").map(({ p_done }) => (p_done as unknown[]).length);
  assert.deepEqual(batches, [1, 3]);
});

Deno.test("a result that the database refuses fails only its own job in a batch", async () => {
  const { jobs, run } = makeJobWorld();
  const rows = [1, 2, 3].map((nr) => jobs.add("steps", nr));
  jobs.before = (name) => {
    const { args } = jobs.calls.at(-1)!;
    if (name !== "jobs_complete" || !JSON.stringify(args.p_done).includes("poison")) return;
    throw new ApiError("invalid_request");
  };
  const type = makeType("steps", (_job, input) => Promise.resolve(input === 2 ? "poison" : null));
  const report = await run([type]);
  assert.deepEqual([report.completed, rows.map(({ status }) => status)], [2, [
    "completed",
    "failed",
    "completed",
  ]]);
});

Deno.test("a job whose completion must wait does not delay the other jobs of its batch", async () => {
  const stuck = Promise.withResolvers<never>();
  const completions = new CompletionBatcher((done) => {
    if (done.length > 1) return Promise.reject(new ApiError("upstream_unavailable"));
    const [{ job_id } = { job_id: "" }] = done;
    return job_id === "first" ? stuck.promise : Promise.resolve([{ job_id, status: "completed" }]);
  });
  const [first, ...others] = ["first", "second", "third"].map((job_id) =>
    completions.add({ job_id, token: 1, result: null })
  );
  assert.deepEqual(await Promise.all(others), ["completed", "completed"]);
  stuck.reject(new ApiError("upstream_unavailable"));
  await assert.rejects(first!, { code: "upstream_unavailable" });
});

Deno.test("a result above 64 KiB fails its job", async () => {
  const { jobs, run } = makeJobWorld();
  const row = jobs.add("steps");
  await run([makeType("steps", () => Promise.resolve("x".repeat(65_536)))]);
  assert.deepEqual([row.status, row.error?.code], ["failed", "internal"]);
});

Deno.test("a run has at most its limit of long jobs in parallel", async () => {
  const { clock, jobs, run } = makeJobWorld();
  for (let nr = 0; nr < 30; nr++) jobs.add("steps");
  let [now, most] = [0, 0];
  const type = makeType("steps", async (job) => {
    most = Math.max(most, ++now);
    clock.advance(1_000);
    await job.step("one", done(1));
    now -= 1;
    return null;
  });
  assert.equal((await run([type], { concurrency: 5 })).completed, 30);
  assert(most > 1 && most <= 5, String(most));
});

Deno.test("two runs side by side finish 50 jobs, none of them twice", async () => {
  const { jobs, run } = makeJobWorld();
  const rows = Array.from({ length: 50 }, () => jobs.add("steps"));
  const ran = new Map<string, number>();
  const type = makeType("steps", (job) =>
    job.step("one", () => {
      ran.set(job.id, (ran.get(job.id) ?? 0) + 1);
      return Promise.resolve({ output: null });
    }));
  const reports = await Promise.all([run([type]), run([type])]);
  assert.equal(reports.reduce((sum, { completed }) => sum + completed, 0), 50);
  assert.deepEqual(new Set(ran.values()), new Set([1]));
  assert(rows.every(({ status, token }) => status === "completed" && token === 1));
});
