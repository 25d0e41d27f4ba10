/**
 * Tests a mutation that the app itself defines and that costs credits, while the page follows a
 * job.
 */
import { deepEqual, equal } from "node:assert/strict";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { untilAborted } from "../testing/fake-jobs.ts";
import { act, fake, waitFor, withHook } from "../testing/page.tsx";
import { isChargedTo } from "../mod.ts";
import { useCredits } from "./use-credits.ts";
import { useJobStatus } from "./use-job-status.ts";

Deno.test("a mutation shows its result at once while a job runs, and reads the balance", async () => {
  let available = "100";
  let followed = 0;
  const farthing = fake({
    credits: { get: () => Promise.resolve({ available } as never) },
    jobs: {
      follow: (async function* (_: string, { signal }: { signal: AbortSignal }) {
        followed += 1;
        yield { job_id: "job-1", status: "processing", progress: 10, error: null };
        await untilAborted(signal);
      }) as never,
    },
  });
  const page = () => {
    const queries = useQueryClient();
    const onSettled = () => queries.invalidateQueries({ predicate: isChargedTo("user-1") });
    const mutationFn = () => Promise.resolve(available = "60");
    return {
      job: useJobStatus("job-1"),
      credits: useCredits(),
      picture: useMutation({ mutationFn, onSettled }),
    };
  };
  await withHook(page, { farthing }, async ({ current }) => {
    await waitFor(() =>
      deepEqual([current().job.status, current().credits.text], [
        "processing",
        "100",
      ])
    );
    const before = followed;
    act(() => current().picture.mutate());
    await waitFor(() => equal(current().picture.status, "success"));
    deepEqual([current().credits.text, current().job.status], ["60", "processing"]);
    equal(followed, before, "the job is not followed anew");
  });
});
