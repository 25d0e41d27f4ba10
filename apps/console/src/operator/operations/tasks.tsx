import type { ScheduledTask, ScheduledTasks } from "@farthing/client";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Id, Moment } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { Page, Section } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { titleOf, wordsOf } from "../../parts/api-names.ts";
import { useRead } from "../../reads/use-read.ts";

type Failure = ScheduledTasks["failures"][number];
type Parked = ScheduledTasks["parked"][number];

const stateOf = ({ enabled, failures }: ScheduledTask): string =>
  failures > 0 ? "failed" : enabled ? "ok" : "off";

const TASKS: readonly Column<ScheduledTask>[] = [
  { title: "Task", cell: ({ task }) => titleOf(task) },
  { title: "State", cell: (task) => <StateBadge state={stateOf(task)} /> },
  { title: "Failures in a row", isFigure: true, cell: ({ failures }) => failures },
  { title: "Last error", cell: ({ last_error }) => last_error ?? "" },
  { title: "Last run", cell: ({ last_run_at }) => <Moment at={last_run_at} /> },
  {
    title: "Last success",
    cell: ({ last_ok_at }) => <Moment at={last_ok_at} />,
  },
  {
    title: "Took",
    isFigure: true,
    cell: ({ last_ms }) => last_ms === null ? "" : `${last_ms} ms`,
  },
  { title: "Items", isFigure: true, cell: ({ last_count }) => last_count ?? "" },
  {
    title: "Every",
    isFigure: true,
    cell: ({ every_seconds }) => `${every_seconds} s`,
  },
  { title: "Next run", cell: ({ next_due_at }) => <Moment at={next_due_at} /> },
];

const FAILURES: readonly Column<Failure>[] = [
  { title: "Task", cell: ({ task }) => titleOf(task) },
  { title: "Failed", cell: ({ failed_at }) => <Moment at={failed_at} /> },
  { title: "Error", cell: ({ error }) => <Id of={error} /> },
  {
    title: "Took",
    isFigure: true,
    cell: ({ took_ms }) => took_ms === null ? "" : `${took_ms} ms`,
  },
];

const PARKED: readonly Column<Parked>[] = [
  { title: "Task", cell: ({ task }) => titleOf(task) },
  {
    title: "Item",
    cell: ({ kind, id }) => (
      <>
        {wordsOf(kind)} <Id of={id} />
      </>
    ),
  },
  { title: "Attempts", isFigure: true, cell: ({ attempts }) => attempts },
  { title: "Error", cell: ({ error }) => <Id of={error} /> },
  { title: "Parked", cell: ({ parked_at }) => <Moment at={parked_at} /> },
  {
    title: "Next attempt",
    cell: ({ next_attempt_at }) => <Moment at={next_attempt_at} />,
  },
];

/**
 * The interval at which this page reads the tasks again. An operator who has repaired a task waits
 * here for its next run, and due tasks run each minute.
 */
const EVERY_MS = 30_000;

export function TasksPage() {
  const reading = useRead("/health/tasks", {}, { everyMs: EVERY_MS });
  return (
    <Page
      title="Scheduled tasks"
      lead="The work that the database does by itself, and the items that it could not finish."
    >
      <Known reading={reading} title="The tasks" placeholder="h-96">
        {({ ran_at, silent_seconds, as_of, tasks, failures, parked }) => (
          <div className="grid gap-8 *:min-w-0">
            <Facts
              facts={{
                "Last looked for due tasks": <Moment at={ran_at} />,
                "No task could run for": `${silent_seconds} s`,
                "As of": <Moment at={as_of} />,
              }}
            />
            <Section title="Parked items">
              <DataTable
                caption="Items that a task could not finish"
                columns={PARKED}
                items={parked}
                keyOf={({ task, kind, id }) => `${task} ${kind} ${id}`}
                empty="None: each task has finished all of its items."
              />
            </Section>
            <Section title="Tasks">
              <DataTable
                caption="Scheduled tasks"
                columns={TASKS}
                items={tasks}
                keyOf={({ task }) => task}
                empty="No task is scheduled."
              />
            </Section>
            <Section title="Failures of the last week">
              <DataTable
                caption="Failures of the last week"
                columns={FAILURES}
                items={failures}
                keyOf={({ task, failed_at }) => `${task} ${failed_at}`}
                empty="No task has failed in the last week."
              />
            </Section>
          </div>
        )}
      </Known>
    </Page>
  );
}
