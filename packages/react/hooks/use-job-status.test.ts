import { deepEqual, equal } from "node:assert/strict";
import { FarthingError } from "@farthing/client";
import { following, job, untilAborted } from "../testing/fake-jobs.ts";
import { act, newQueries, waitFor, withHook } from "../testing/page.tsx";
import { useJobStatus } from "./use-job-status.ts";

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

Deno.test("a cancelled job is read at once, and not after the next wait", async () => {
  const { farthing, signals, cancelled } = following(async function* (signal) {
    yield job(cancelled.length > 0 ? "cancelled" : "processing");
    if (cancelled.length === 0) await untilAborted(signal);
  });
  await withHook(() => useJobStatus("job-1"), { farthing }, async ({ current }) => {
    await waitFor(() => equal(current().canCancel, true));
    act(() => current().cancel());
    await waitFor(() => equal(current().status, "cancelled"));
    equal(signals.slice(0, -1).every(({ aborted }) => aborted), true);
  });
});

Deno.test("a job that can't be read is unknown, with its last state, until a retry", async () => {
  const error = new FarthingError({
    code: "network_error",
    message: "No answer.",
    status: 0,
    retryable: true,
  });
  const lost = Promise.withResolvers<never>();
  let isLost = true;
  const { farthing } = following(async function* () {
    yield job("processing", 10);
    if (isLost) await lost.promise;
    yield job("failed", 10);
  });
  await withHook(() => useJobStatus("job-1"), { farthing }, async ({ current }) => {
    await waitFor(() => equal(current().progress, 10));
    lost.reject(error);
    await waitFor(() => equal(current().status, "unknown"));
    deepEqual([current().progress, current().error], [10, error]);
    isLost = false;
    act(() => current().retry());
    await waitFor(() => equal(current().status, "failed"));
    equal(current().error, null);
  });
});

Deno.test("a job that takes too long is timed out, and can be followed again", async () => {
  let isDone = false;
  const { farthing } = following(async function* (signal) {
    yield job(isDone ? "completed" : "queued");
    if (!isDone) await untilAborted(signal);
  });
  const hook = () => useJobStatus("job-1", { timeoutMs: 1 });
  await withHook(hook, { farthing }, async ({ current }) => {
    await waitFor(() => equal(current().status, "timed_out"));
    equal(current().job?.status, "queued");
    isDone = true;
    act(() => current().retry());
    await waitFor(() => equal(current().status, "completed"));
  });
});

Deno.test("a job that was open when the page was left is followed again", async () => {
  let isDone = false;
  const { farthing } = following(async function* (signal) {
    yield job(isDone ? "completed" : "processing");
    if (!isDone) await untilAborted(signal);
  });
  const given = { farthing, queries: newQueries() };
  const hook = () => useJobStatus("job-1");
  await withHook(
    hook,
    given,
    ({ current }) => waitFor(() => equal(current().status, "processing")),
  );
  isDone = true;
  await withHook(hook, given, async ({ current }) => {
    equal(current().status, "processing");
    await waitFor(() => equal(current().status, "completed"));
  });
});

Deno.test("leaving the page ends the polling, and without a user or an id nothing is read", async () => {
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

Deno.test("a job that ended before it was cancelled has no error", async () => {
  const facts = { code: "job_not_cancellable", message: "It has ended.", status: 409 } as const;
  const refused = new FarthingError({ ...facts, retryable: false });
  let isRefused = false;
  const { farthing } = following(async function* (signal) {
    yield job(isRefused ? "completed" : "processing", 90);
    if (!isRefused) await untilAborted(signal);
  });
  farthing.jobs.cancel = () => {
    isRefused = true;
    return Promise.reject(refused);
  };
  await withHook(() => useJobStatus("job-1"), { farthing }, async ({ current }) => {
    await waitFor(() => equal(current().canCancel, true));
    act(() => current().cancel());
    await waitFor(() => equal(current().status, "completed"));
    deepEqual([current().error, current().isCancelling], [null, false]);
  });
});

Deno.test("a job without a deadline is not timed out", async () => {
  const { farthing } = following(async function* (signal) {
    yield job("processing");
    // If the deadline's timer overflowed because of `Infinity`, it would fire before the timer
    // below.
    await new Promise((resolve) => setTimeout(resolve, 20));
    signal.throwIfAborted();
    yield job("completed", 100);
  });
  const hook = () => useJobStatus("job-1", { timeoutMs: Infinity });
  await withHook(hook, { farthing }, async ({ current }) => {
    await waitFor(() => equal(current().status, "completed"));
  });
});

Deno.test("an ended job stays ended when reading it again fails", async () => {
  const facts = { code: "network_error", message: "No answer.", status: 0 } as const;
  let isLost = false;
  const { farthing } = following(async function* () {
    if (isLost) throw new FarthingError({ ...facts, retryable: true });
    yield await Promise.resolve(job("completed", 100));
  });
  await withHook(() => useJobStatus("job-1"), { farthing }, async ({ current, queries }) => {
    await waitFor(() => equal(current().status, "completed"));
    isLost = true;
    await act(() => queries.invalidateQueries());
    deepEqual([current().status, current().error], ["completed", null]);
  });
});
