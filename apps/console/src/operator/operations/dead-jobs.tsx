import type { DeadJob, JobSummary } from "@farthing/client";
import type { Column } from "../../parts/data-table.tsx";
import { Id, Moment } from "../../parts/figures.tsx";
import { Field, Filters, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page, Section } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { useList } from "../../reads/use-list.ts";
import { CustomerLink } from "../links.tsx";

const COLUMNS: readonly Column<JobSummary>[] = [
  { title: "Job", cell: ({ job_id }) => <Id of={job_id} /> },
  { title: "Type", cell: ({ type }) => type },
  { title: "State", cell: ({ status }) => <StateBadge state={status} /> },
  {
    title: "Progress",
    isFigure: true,
    cell: ({ progress }) => `${progress} %`,
  },
  { title: "Attempts", isFigure: true, cell: ({ attempts }) => attempts },
  { title: "Created", cell: ({ created_at }) => <Moment at={created_at} /> },
  { title: "Ended", cell: ({ completed_at }) => <Moment at={completed_at} /> },
  { title: "Error", cell: ({ error }) => error?.message ?? "" },
];

const DEAD_COLUMNS: readonly Column<DeadJob>[] = [
  ...COLUMNS,
  { title: "Customer", cell: ({ user_id }) => <CustomerLink id={user_id} /> },
  { title: "For developers", cell: ({ detail }) => <Id of={detail} /> },
];

interface Whose {
  readonly userId?: string | undefined;
}

/**
 * Dead-lettered jobs of one user or of all users. Such a job failed in each attempt, lost its
 * runner too often, or expired.
 */
export function DeadJobs({ userId }: Whose) {
  const list = useList("/jobs/dead", { query: userId ? { user_id: userId } : {} });
  return (
    <ListTable
      list={list}
      caption="Dead-lettered jobs"
      columns={DEAD_COLUMNS}
      keyOf={({ job_id }) => job_id}
      empty="No job of the last 30 days is dead-lettered."
    />
  );
}

function JobsOf({ userId }: Required<Whose>) {
  const list = useList("/jobs", { query: { user_id: userId ?? "" } });
  return (
    <ListTable
      list={list}
      caption="All jobs of this user"
      columns={COLUMNS}
      keyOf={({ job_id }) => job_id}
      empty="This user has not started a job in the last 30 days."
    />
  );
}

export function DeadJobsPage() {
  const { user_id } = useFilters("user_id");
  return (
    <Page
      title="Dead-lettered jobs"
      lead="Jobs that were given up, and what they failed with. Name a user to see all of their jobs."
    >
      <Filters>
        <Field name="user_id" label="User id" />
      </Filters>
      <Section title="Given up">
        <DeadJobs userId={user_id} />
      </Section>
      {user_id !== undefined && (
        <Section title="All jobs of this user">
          <JobsOf userId={user_id} />
        </Section>
      )}
    </Page>
  );
}
