import type { Entry } from "@farthing/client";
import { useEntries } from "@farthing/react";
import { ENTRY_KINDS, formatKind } from "@/lib/farthing-format";
import type { Column } from "../parts/data-table.tsx";
import { Download } from "../parts/download.tsx";
import { Credits, Moment } from "../parts/figures.tsx";
import { Choice, Filters, useFilters } from "../parts/filters.tsx";
import { ListTable } from "../parts/list-table.tsx";
import { Page } from "../parts/page.tsx";
import { useList } from "../reads/use-list.ts";
import { boughtBy } from "./orders.tsx";
import { type Bought, reasonOf } from "./reasons.ts";

const columnsOf = (bought: Bought): readonly Column<Entry>[] => [
  { title: "When", cell: ({ created_at }) => <Moment at={created_at} /> },
  {
    title: "What",
    cell: ({ kind }) => <span className="whitespace-nowrap">{formatKind(kind)}</span>,
  },
  { title: "Why", cell: (entry) => reasonOf(entry, bought) },
  { title: "Credits", isFigure: true, cell: ({ amount }) => <Credits of={amount} signed /> },
  { title: "Balance", isFigure: true, cell: ({ balance_after }) => <Credits of={balance_after} /> },
];

/**
 * Returns a function that finds the package name of an order. It covers only the newest orders: for
 * each older order, the history shows the order's id.
 */
function useBought(): Bought {
  const { reading } = useList("/checkout/orders", {}, { readsOnFocus: true });
  const orders = reading.status === "ready" ? reading.data : [];
  const names = new Map(orders.map((order) => [order.order_id, boughtBy(order)]));
  return (orderId) => names.get(orderId);
}

export function HistoryPage() {
  const { kind } = useFilters("kind");
  const filter = kind === undefined ? {} : { kind: kind as Entry["kind"] };
  const entries = useEntries(filter);
  const bought = useBought();
  return (
    <Page
      title="History"
      lead="Each change of your balance, the newest first. Times are UTC."
      actions={<Download label="Download CSV" name="credits.csv" read={entries.csv} />}
    >
      <Filters>
        <Choice name="kind" label="What" values={ENTRY_KINDS} nameOf={formatKind} />
      </Filters>
      <ListTable
        list={{ ...entries, reading: entries }}
        filters={filter}
        caption="Changes of your balance"
        columns={columnsOf(bought)}
        keyOf={({ id }) => id}
        empty="You have no history yet. Each change of your balance appears here."
      />
    </Page>
  );
}
