import { deepEqual, equal } from "node:assert/strict";
import { FarthingError, type Job } from "@farthing/client";
import { act, fake, waitFor, withHook } from "../testing/page.tsx";
import { useJobStatus } from "./use-job-status.ts";

const job = (status: string, progress = 0) => ({ job_id: "job-1", status, progress }) as Job;
type Steps = (signal: AbortSignal) => AsyncGenerator<Job>;

/** A client whose jobs are followed by these steps, one for each time. */
function following(...steps: Steps[]) {
  const cancelled: string[] = [];
  const signals: AbortSignal[] = [];
  const farthing = fake({
    jobs: {
      follow: ((_: string, { signal }: { signal: AbortSignal }) => {
        signals.push(signal);
        return steps[Math.min(signals.length, steps.length) - 1]!(signal);
      }) as never,
      cancel: ((id: string) => {
        cancelled.push(id);
        return Promise.resolve({});
      }) as never,
    },
  });
  return { farthing, cancelled, signals };
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

Deno.test("a job is loading, then each of its states until it has ended", async () => {
  const next = Promise.withResolvers<void>();
  const { farthing } = following(async function* () {
    yield job("processing", 40);
    await next.promise;
    yield job("completed", 100);
  });
  await withHook(() => useJobStatus("job-1"), { farthing }, async ({ current }) => {
    deepEqual([current().status, current().progress], ["loading", undefined]);
    await waitFor(() => equal(current().status, "processing"));
    deepEqual([current().progress, current().canCancel], [40, true]);
    next.resolve();
    await waitFor(() => equal(current().status, "completed"));
    deepEqual([current().progress, current().canCancel], [100, false]);
  });
});

Deno.test("a cancelled job is cancelling until it has ended", async () => {
  const next = Promise.withResolvers<void>();
  const { farthing, cancelled } = following(async function* () {
    yield job("processing");
    await next.promise;
    yield job("cancelled");
  });
  await withHook(() => useJobStatus("job-1"), { farthing }, async ({ current }) => {
    await waitFor(() => equal(current().canCancel, true));
    act(() => current().cancel());
    await waitFor(() => equal(current().isCancelling, true));
    equal(current().canCancel, false);
    next.resolve();
    await waitFor(() => equal(current().status, "cancelled"));
    deepEqual([current().isCancelling, cancelled], [false, ["job-1"]]);
  });
});

Deno.test("a job that can't be read is unknown, with its last state, until a retry", async () => {
  const error = new FarthingError({
    code: "network_error",
    message: "No answer.",
    status: 0,
    retryable: true,
  });
  let looks = 0;
  const { farthing } = following(async function* () {
    yield job("processing", 10);
    await Promise.resolve();
    if (looks++ === 0) throw error;
    yield job("failed", 10);
  });
  const once = { farthing };
  await withHook(() => useJobStatus("job-1"), once, async ({ current }) => {
    await waitFor(() => equal(current().status, "unknown"));
    deepEqual([current().progress, current().error], [10, error]);
    act(() => current().retry());
    await waitFor(() => equal(current().status, "failed"));
    equal(current().error, null);
  });
});

Deno.test("a job that takes too long is timed out, and can be followed again", async () => {
  const { farthing } = following(
    async function* (signal) {
      yield job("queued");
      await untilAborted(signal);
    },
    async function* (signal) {
      yield job("queued");
      await untilAborted(signal);
    },
    async function* () {
      yield await Promise.resolve(job("completed"));
    },
  );
  const hook = () => useJobStatus("job-1", { timeoutMs: 1 });
  await withHook(hook, { farthing }, async ({ current }) => {
    await waitFor(() => equal(current().status, "timed_out"));
    equal(current().job?.status, "queued");
    await waitFor(() => {
      if (current().status === "timed_out") act(() => current().retry());
      equal(current().status, "completed");
    });
  });
});

Deno.test("leaving the page ends the polling, and no job is asked for without a user", async () => {
  const { farthing, signals, cancelled } = following(async function* (signal) {
    yield job("processing");
    await untilAborted(signal);
  });
  await withHook(() => useJobStatus("job-1"), { farthing }, async ({ current }) => {
    await waitFor(() => equal(current().status, "processing"));
  });
  await waitFor(() => equal(signals.every(({ aborted }) => aborted), true));
  deepEqual(cancelled, []);
  const begun = signals.length;
  const states: string[] = [];
  await withHook(() => useJobStatus("job-1"), { farthing, userId: null }, ({ current }) => {
    states.push(current().status);
    return Promise.resolve();
  });
  await withHook(() => useJobStatus(null), { farthing }, ({ current }) => {
    states.push(current().status);
    return Promise.resolve();
  });
  deepEqual([states, signals.length], [["signed_out", "loading"], begun]);
});
