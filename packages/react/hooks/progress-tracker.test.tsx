import { deepEqual, equal } from "node:assert/strict";
import { FarthingError } from "@farthing/client";
import { following, job, untilAborted } from "../testing/fake-jobs.ts";
import { fireEvent, waitFor, withElements } from "../testing/page.tsx";
import { ProgressTracker } from "./progress-tracker.tsx";

/** The part of an element that the tests read: Deno has no types of the DOM. */
interface Element {
  readonly textContent: string;
  getAttribute(name: string): string | null;
}

const textOf = (element: unknown) => (element as Element).textContent;
const attributeOf = (element: unknown, name: string) => (element as Element).getAttribute(name);

const tracker = (
  <ProgressTracker jobId="job-1" words={{ failed: "Gescheitert" }}>
    {({ job_id }) => <a href={`/files/${job_id}`}>Download</a>}
  </ProgressTracker>
);

Deno.test("the tracker shows a job's progress, cancels it, and says so", async () => {
  const next = Promise.withResolvers<void>();
  const { farthing, cancelled } = following(async function* () {
    yield job("processing", 40);
    await next.promise;
    yield job("cancelled", 40);
  });
  await withElements(tracker, farthing, async (page) => {
    equal(textOf(page.getByRole("status")), "Loading…");
    await waitFor(() => equal(textOf(page.getByRole("status")), "In progress"));
    equal(attributeOf(page.getByRole("progressbar", { name: "Progress" }), "value"), "40");
    fireEvent.click(page.getByRole("button", { name: "Cancel" }));
    await waitFor(() => equal(textOf(page.getByRole("status")).slice(0, 10), "Cancelling"));
    next.resolve();
    await waitFor(() => equal(textOf(page.getByRole("status")), "Cancelled"));
    deepEqual([page.queryAllByRole("button"), cancelled], [[], ["job-1"]]);
  });
});

Deno.test("the tracker shows a completed job's children, and a failed job's reason", async () => {
  const done = following(async function* () {
    yield await Promise.resolve(job("completed", 100));
  });
  await withElements(tracker, done.farthing, async (page) => {
    await waitFor(() => equal(attributeOf(page.getByRole("link"), "href"), "/files/job-1"));
  });
  const failed = following(async function* () {
    const error = { code: "provider_error", message: "The model failed." };
    yield await Promise.resolve({ ...job("failed", 10), error });
  });
  await withElements(tracker, failed.farthing, async (page) => {
    await waitFor(() => equal(textOf(page.getByRole("alert")), "The model failed."));
    equal(textOf(page.getByRole("status")), "Gescheitert");
  });
});

Deno.test("the tracker shows the request id of a failed reading, and reads again on demand", async () => {
  const requestId = "request-1";
  const facts = { code: "network_error", message: "No answer.", status: 0 } as const;
  let isLost = true;
  const { farthing } = following(async function* (signal) {
    if (isLost) throw new FarthingError({ ...facts, retryable: true, requestId });
    yield job("queued");
    await untilAborted(signal);
  });
  await withElements(tracker, farthing, async (page) => {
    await waitFor(() => {
      equal(textOf(page.getByRole("alert")), "No answer. Reference: request-1");
    });
    isLost = false;
    fireEvent.click(page.getByRole("button", { name: "Look again" }));
    await waitFor(() => equal(textOf(page.getByRole("status")), "Waiting to start"));
    equal(page.queryByRole("alert"), null);
  });
});
