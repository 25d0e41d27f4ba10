import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { isChargedTo, ProgressTracker, useFarthing } from "@farthing/react";
import { Ask, Card, Problem } from "./ui.tsx";

/** Asks the app's own route, which identifies the user by the token and charges their credits. */
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

/** Shows the last three jobs. A job's result is deleted 24 hours after the job's creation. */
export function Research() {
  const { jobs } = useFarthing();
  const list = useQuery({ queryKey: ["jobs"], queryFn: () => jobs.list({ limit: 3 }) });
  const start = useMutation({
    mutationFn: (query: string) => jobs.start({ type: "research", input: { query } }),
    onSuccess: () => list.refetch(),
  });
  return (
    <Card title="Research">
      <Ask label="Your topic" button="Start" onAsk={start.mutate} />
      <Problem error={start.error} />
      <Problem error={list.error} retry={list.refetch} />
      {start.isPending && <p role="status">Starting…</p>}
      {list.data?.items.map(({ job_id }) => (
        <ProgressTracker key={job_id} jobId={job_id} className="job">
          {({ result }) => <p className="report">{(result as { report?: string })?.report}</p>}
        </ProgressTracker>
      ))}
    </Card>
  );
}
