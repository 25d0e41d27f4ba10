import type { Entry } from "@farthing/client";
import { useEntries } from "@farthing/react";
import type { Column } from "../parts/data-table.tsx";
import { Download } from "../parts/download.tsx";
import { Credits, Moment } from "../parts/figures.tsx";
import { Choice, Filters, useFilters } from "../parts/filters.tsx";
import { ListTable } from "../parts/list-table.tsx";
import { Page } from "../parts/page.tsx";
import { reasonOf, WHAT } from "./reasons.ts";

const COLUMNS: readonly Column<Entry>[] = [
  { title: "When", cell: ({ created_at }) => <Moment at={created_at} /> },
  {
    title: "What",
    cell: ({ kind }) => <span className="whitespace-nowrap">{WHAT[kind] ?? kind}</span>,
  },
  { title: "Why", cell: (entry) => reasonOf(entry) },
  { title: "Credits", isFigure: true, cell: ({ amount }) => <Credits of={amount} signed /> },
  { title: "Balance", isFigure: true, cell: ({ balance_after }) => <Credits of={balance_after} /> },
];

export function HistoryPage() {
  const { kind } = useFilters("kind");
  const filter = kind === undefined ? {} : { kind: kind as Entry["kind"] };
  const entries = useEntries(filter);
  return (
    <Page
      title="History"
      lead="Each change of your balance, the newest first. Times are UTC."
      actions={<Download label="Download CSV" name="credits.csv" read={entries.csv} />}
    >
      <Filters>
        <Choice name="kind" label="What" values={Object.keys(WHAT)} />
      </Filters>
      <ListTable
        list={{ ...entries, reading: entries }}
        caption="Changes of your balance"
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty="You have no history yet. Each change of your balance appears here."
      />
    </Page>
  );
}
