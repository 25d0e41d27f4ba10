import type { FormEvent } from "react";
import type { JobSummary } from "@farthing/client";
import { Link, useLocation } from "wouter";
import { Paywall } from "@/components/farthing/paywall";
import { isAboutCredits, Trouble } from "@/components/farthing/trouble";
import { Button } from "@/components/ui/button";
import type { Column } from "../parts/data-table.tsx";
import { Moment } from "../parts/figures.tsx";
import { TextField } from "../parts/form-fields.tsx";
import { ListTable } from "../parts/list-table.tsx";
import { Page } from "../parts/page.tsx";
import { StateBadge } from "../parts/state-badge.tsx";
import { wordsOf } from "../parts/api-names.ts";
import { useChange } from "../reads/use-change.ts";
import { useList } from "../reads/use-list.ts";

const COLUMNS: readonly Column<JobSummary>[] = [
  {
    title: "Job",
    cell: ({ job_id, type }) => (
      <Link href={`/jobs/${job_id}`} className="underline">{wordsOf(type)}</Link>
    ),
  },
  { title: "State", cell: ({ status }) => <StateBadge state={status} /> },
  { title: "Done", isFigure: true, cell: ({ progress }) => `${progress} %` },
  { title: "Begun", cell: ({ created_at }) => <Moment at={created_at} /> },
  { title: "Ended", cell: ({ completed_at }) => <Moment at={completed_at} /> },
];

/** Starts a research job, and opens its page. */
function Research() {
  const [, navigate] = useLocation();
  const { run, state, error, reset } = useChange("post", "/ai/research");
  const start = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const query = String(new FormData(event.currentTarget).get("query"));
    run({ body: { query } }, { onDone: ({ job_id }) => navigate(`/jobs/${job_id}`) });
  };
  return (
    <form onSubmit={start} className="flex max-w-xl flex-wrap items-end gap-2 *:first:grow">
      <TextField name="query" label="Topic" required />
      <Button type="submit" aria-disabled={state === "busy"}>Research</Button>
      {isAboutCredits(error)
        ? <Paywall error={error} onClose={reset} />
        : error !== null && <Trouble title="The job did not start" error={error} />}
    </form>
  );
}

export function JobsPage() {
  const list = useList("/jobs", {}, { readsOnFocus: true });
  return (
    <Page
      title="Jobs"
      lead="Work that goes on after you leave the page. Each step is charged when it is done."
    >
      <Research />
      <ListTable
        list={list}
        caption="Your jobs"
        columns={COLUMNS}
        keyOf={({ job_id }) => job_id}
        empty="You have not started a job yet."
      />
    </Page>
  );
}
