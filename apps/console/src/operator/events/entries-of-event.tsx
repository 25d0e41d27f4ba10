import type { ExplainedEntry, WebhookEventWithEntries } from "@farthing/client";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Credits, Id, Moment } from "../../parts/figures.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { OrderLink } from "../links.tsx";

const COLUMNS: readonly Column<ExplainedEntry>[] = [
  {
    title: "Change",
    isFigure: true,
    cell: ({ amount }) => <Credits of={amount} signed />,
  },
  {
    title: "Balance after",
    isFigure: true,
    cell: ({ balance_after }) => <Credits of={balance_after} />,
  },
  { title: "Kind", cell: ({ kind }) => wordsOf(kind) },
  { title: "Reason", cell: ({ reason }) => reason },
  { title: "Written", cell: ({ created_at }) => <Moment at={created_at} /> },
  { title: "Order", cell: ({ order_id }) => <OrderLink id={order_id} /> },
  { title: "Entry", cell: ({ id }) => <Id of={id} /> },
];

/**
 * The reason why an event has no entry, by the event's state. Only an event that was applied can
 * have an entry.
 */
const NO_ENTRY: Readonly<Record<WebhookEventWithEntries["state"], string>> = {
  received: "No entries yet: the event has not been applied.",
  processed: "Nothing: the event was applied, and it moved no credits.",
  deferred: "No entries yet: the event waits for the payment that it refers to.",
  failed: "No entries yet: applying the event failed, and is attempted again.",
  dead: "Nothing: the event could not be applied. Repair the cause, and replay it.",
  ignored: "Nothing: the event changes nothing here.",
};

/** The changes of balances that an event caused. */
export function EntriesOfEvent({ event }: { readonly event: WebhookEventWithEntries }) {
  return (
    <DataTable
      caption="Entries of this event"
      columns={COLUMNS}
      items={event.entries}
      keyOf={({ id }) => id}
      empty={NO_ENTRY[event.state]}
    />
  );
}
