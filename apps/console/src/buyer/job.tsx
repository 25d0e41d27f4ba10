import type { Job } from "@farthing/client";
import { useFarthing } from "@farthing/react";
import { Link, useParams } from "wouter";
import { JobProgress } from "@/components/farthing/job-progress";
import { Download } from "../parts/download.tsx";
import { Facts } from "../parts/facts.tsx";
import { Known } from "../parts/known.tsx";
import { Page } from "../parts/page.tsx";
import { StateBadge } from "../parts/state-badge.tsx";
import { wordsOf } from "../parts/api-names.ts";
import { useRead } from "../reads/use-read.ts";
import { useSignedIn } from "../session/context.tsx";

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

/**
 * Shows facts of a job to an operator, who comes here from a customer's page. A job does not name
 * its user, so the link to the customer searches for the job's id.
 */
function ForOperators({ jobId }: { readonly jobId: string }) {
  const reading = useRead("/jobs/{id}", { path: { id: jobId } });
  return (
    <Known reading={reading} title="The job">
      {({ type, status, attempts, error }) => (
        <Facts
          facts={{
            "Type": wordsOf(type),
            "State": <StateBadge state={status} />,
            "Attempts": attempts,
            "Last error": error === null ? "none" : `${error.message} (${error.code})`,
            "Customer": (
              <Link href={`/customers?q=${jobId}`} className="underline">Find the customer</Link>
            ),
          }}
        />
      )}
    </Known>
  );
}

/**
 * The API returns at most the newest 100 steps of a job. This page shows every step that the API
 * returns.
 */
const ALL_STEPS = 100;

export function JobPage() {
  const { id = "" } = useParams();
  const { person } = useSignedIn();
  return (
    <Page title="Job" lead="A job continues when you close this page.">
      {person.isOperator && <ForOperators jobId={id} />}
      <JobProgress key={id} jobId={id} title="Progress" steps={ALL_STEPS}>
        {(job) => <Outcome job={job} />}
      </JobProgress>
    </Page>
  );
}
