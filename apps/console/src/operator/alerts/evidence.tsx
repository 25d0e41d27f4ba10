/** The causes of an alert: the rows that its rule counts now, or a link to their page. */
import type { ComponentType } from "react";
import { Link } from "wouter";
import { ListTable } from "../../parts/list-table.tsx";
import { useList } from "../../reads/use-list.ts";
import { EventList } from "../events/events.tsx";
import { DeadJobs } from "../operations/dead-jobs.tsx";
import { MISMATCH_COLUMNS } from "../operations/mismatches.tsx";
import { NotificationList } from "../operations/notifications.tsx";
import { ProofList } from "../operations/proofs.tsx";

const Failures = () => (
  <>
    <EventList
      query={{ state: "dead" }}
      empty="No event is dead-lettered now."
    />
    <EventList
      query={{ state: "failed" }}
      empty="No failed event waits for another attempt."
    />
  </>
);

const Backlog = () => (
  <>
    <EventList
      query={{ state: "deferred" }}
      empty="No event waits for its payment now."
    />
    <EventList
      query={{ state: "failed" }}
      empty="No failed event waits for another attempt."
    />
  </>
);

/** These columns are left out, because they have the same value in every open mismatch. */
const OF_RESOLVED = ["State", "Resolved", "By", "Reason"];

/** Lists only open mismatches, because the alert's rule counts only these. */
function Mismatches() {
  const list = useList("/mismatches", {});
  return (
    <ListTable
      list={list}
      caption="Mismatches"
      columns={MISMATCH_COLUMNS.filter(({ title }) => !OF_RESOLVED.includes(title))}
      keyOf={({ mismatch_id }) => mismatch_id}
      empty="No mismatch is open."
    />
  );
}

const Jobs = () => <DeadJobs />;
const Notifications = () => <NotificationList query={{ state: "dead" }} />;
const Proofs = () => <ProofList outcome="violated" />;

const ROWS: Readonly<Partial<Record<string, ComponentType>>> = {
  webhook_failure: Failures,
  webhook_backlog: Backlog,
  reconciliation_mismatch: Mismatches,
  dead_jobs: Jobs,
  dead_notifications: Notifications,
  prove_violation: Proofs,
};

interface Place {
  readonly path: string;
  readonly name: string;
}

const TASKS: Place = { path: "/tasks", name: "The scheduled tasks" };
const EVENTS: Place = { path: "/events", name: "The events" };

const PLACES: Readonly<Partial<Record<string, Place>>> = {
  ...{ overdue_work: TASKS, parked_items: TASKS, task_failed: TASKS, tasks_stopped: TASKS },
  ...{ stripe_state_unknown: EVENTS, charge_failure_rate: EVENTS },
  payout_delay: { path: "/payouts", name: "The payouts" },
};

/** Shows the rows that a rule counts now, because an alert stores only a figure and a sentence. */
export function Evidence({ rule }: { readonly rule: string }) {
  const Rows = ROWS[rule];
  if (Rows !== undefined) return <Rows />;
  const place = PLACES[rule];
  if (place === undefined) {
    return <p className="text-muted-foreground">The runbook says where to look.</p>;
  }
  return <Link href={place.path} className="underline">{place.name}</Link>;
}
