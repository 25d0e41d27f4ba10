import { useEffect, useState, useSyncExternalStore } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type JobSummary, optimisticList } from "@farthing/client";
import { isChargedTo, ProgressTracker, useFarthing } from "@farthing/react";
import { Ask, Card, Problem } from "./ui.tsx";

/** Asks the app's own back end, which charges the user. */
export function Paint({ userId }: { userId: string }) {
  const farthing = useFarthing();
  const queries = useQueryClient();
  const picture = useMutation({
    mutationFn: async () =>
      (await farthing.fetch("/api/pictures", { method: "POST", signedInAs: userId })).json(),
    onSettled: () => void queries.invalidateQueries({ predicate: isChargedTo(userId) }),
  });
  return (
    <Card title="Paint">
      {picture.data && <div role="img" aria-label="Picture" className="art" style={picture.data} />}
      <Problem error={picture.error} />
      <button type="button" disabled={picture.isPending} onClick={() => picture.mutate()}>
        Paint for 250 credits
      </button>
    </Card>
  );
}

/** Undefined after 24 hours: a job's result is deleted 24 hours after the job's creation. */
type Result = { report: string } | undefined;
type Shown = Pick<JobSummary, "job_id" | "client_temp_id">;

/** Shows a job at once, by a temporary id, and later by the id that the service gave it. */
export function Research() {
  const { jobs } = useFarthing();
  const [list] = useState(() => optimisticList<Shown>((job) => job.job_id));
  const shown = useSyncExternalStore(list.subscribe, () => list.items).slice(0, 3);
  const [error, setError] = useState<Error | null>(null);
  const run = (work: Promise<unknown>) => void work.then(() => setError(null), setError);
  const read = () => run(list.refresh(async () => (await jobs.list({ limit: 3 })).items));
  useEffect(read, [list]);
  const create = (query: string) => (client_temp_id: string) =>
    jobs.start({ type: "research", input: { query }, client_temp_id });
  const start = (query: string) =>
    run(list.add({ job_id: "", client_temp_id: null }, create(query)));
  return (
    <Card title="Research">
      <Ask label="Your topic" button="Start" onAsk={start} />
      <Problem error={error} retry={read} />
      {shown.map(({ id, isPending, item }) =>
        isPending
          ? <p key={id} role="status">Starting…</p>
          : (
            <ProgressTracker key={id} jobId={item.job_id} className="job">
              {({ result }) => <p className="report">{(result as Result)?.report}</p>}
            </ProgressTracker>
          )
      )}
    </Card>
  );
}
