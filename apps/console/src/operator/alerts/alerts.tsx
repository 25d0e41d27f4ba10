import type { Alert } from "@farthing/client";
import type { Column } from "../../parts/data-table.tsx";
import { Moment } from "../../parts/figures.tsx";
import { Choice, Filters, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { titleOf, wordsOf } from "../../parts/api-names.ts";
import { useList } from "../../reads/use-list.ts";
import { LinkTo } from "../links.tsx";

const STATES = ["open", "acknowledged", "resolved"] as const;

/**
 * A rule such as `rule_failed` can have several alerts, one per subject. So the name includes the
 * subject.
 */
const nameOf = (rule: string, subject: string | null): string =>
  subject === null ? titleOf(rule) : `${titleOf(rule)}: ${wordsOf(subject)}`;

const COLUMNS: readonly Column<Alert>[] = [
  {
    title: "Alert",
    cell: ({ id, rule, subject }) => <LinkTo under="/alerts" id={id} as={nameOf(rule, subject)} />,
  },
  { title: "State", cell: ({ state }) => <StateBadge state={state} /> },
  {
    title: "Severity",
    cell: ({ severity }) => <StateBadge state={severity} />,
  },
  {
    title: "What",
    cell: ({ summary }) => <div className="min-w-64 whitespace-normal">{summary}</div>,
  },
  { title: "Since", cell: ({ fired_at }) => <Moment at={fired_at} /> },
  {
    title: "Last seen",
    cell: ({ last_seen_at }) => <Moment at={last_seen_at} />,
  },
  { title: "Resolved", cell: ({ resolved_at }) => <Moment at={resolved_at} /> },
];

export function AlertsPage() {
  const filters = useFilters("state");
  const state = STATES.find((each) => each === filters.state);
  const list = useList("/alerts", { query: state ? { state } : {} }, { readsOnFocus: true });
  return (
    <Page
      title="Alerts"
      lead="Open and past alerts, newest first. An alert resolves by itself when its cause is gone."
    >
      <Filters>
        <Choice name="state" label="State" values={STATES} />
      </Filters>
      <ListTable
        list={list}
        caption="Alerts"
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty={state === undefined
          ? "No rule has ever fired. The rules are evaluated each minute."
          : `No alert is ${state}.`}
      />
    </Page>
  );
}
