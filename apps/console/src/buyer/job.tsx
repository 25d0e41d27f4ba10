import type { Job } from "@farthing/client";
import { useFarthing } from "@farthing/react";
import { useParams } from "wouter";
import { JobProgress } from "@/components/farthing/job-progress";
import { Download } from "../parts/download.tsx";
import { Page } from "../parts/page.tsx";

/** The result of a job that has completed: a file, or what the job returned. */
function Outcome({ job }: { readonly job: Job }) {
  const { jobs } = useFarthing();
  const { report } = (job.result ?? {}) as { report?: unknown };
  if (job.type === "ledger_export") {
    const name = `credits-${job.job_id}.csv`;
    return <Download label="Download the file" name={name} read={() => jobs.file(job.job_id)} />;
  }
  const text = typeof report === "string" ? report : JSON.stringify(job.result, null, 2);
  return (
    <pre
      tabIndex={0}
      aria-label="Result"
      role="region"
      className="max-h-96 overflow-auto rounded-md bg-muted p-4 text-sm break-words whitespace-pre-wrap"
    >
      {text}
    </pre>
  );
}

export function JobPage() {
  const { id = "" } = useParams();
  return (
    <Page title="Job" lead="A job goes on when you close this page.">
      <JobProgress key={id} jobId={id} title="Progress">
        {(job) => <Outcome job={job} />}
      </JobProgress>
    </Page>
  );
}
