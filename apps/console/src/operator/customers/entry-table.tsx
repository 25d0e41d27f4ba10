/** Changes of a balance, with their causes as links. */
import type { Entry, ExplainedEntry } from "@farthing/client";
import type { Column, TableOf } from "../../parts/data-table.tsx";
import { Credits, Id, Moment } from "../../parts/figures.tsx";
import { wordsOf } from "../../parts/words.ts";
import { Author, LinkTo, OrderLink } from "../links.tsx";

const FIGURES: readonly Column<Entry>[] = [
  {
    title: "When",
    cell: ({ created_at, kind }) => (
      <>
        <Moment at={created_at} />
        <span className="block text-xs text-muted-foreground">
          {wordsOf(kind)}
        </span>
      </>
    ),
  },
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
];

/** The author of a change, and the ids of its cause. */
function Causes(
  { author, order_id, job_id, hold_id, stripe_event_id }: ExplainedEntry,
) {
  return (
    <ul className="flex flex-wrap gap-x-4 text-xs text-muted-foreground">
      {stripe_event_id === null && (
        <li>
          by <Author of={author} />
        </li>
      )}
      {stripe_event_id && (
        <li>
          event <LinkTo under="/events" id={stripe_event_id} />
        </li>
      )}
      {order_id && (
        <li>
          order <OrderLink id={order_id} />
        </li>
      )}
      {job_id && (
        <li>
          job <LinkTo under="/jobs" id={job_id} />
        </li>
      )}
      {hold_id && (
        <li>
          hold <Id of={hold_id} />
        </li>
      )}
    </ul>
  );
}

const keyOf = ({ seq }: Entry) => seq;
const EMPTY = "No changes yet. Each purchase, grant, charge and refund appears here.";

export const EXPLAINED: TableOf<ExplainedEntry> = {
  caption: "Changes of the balance",
  keyOf,
  empty: EMPTY,
  columns: [
    ...FIGURES,
    {
      title: "Why",
      cell: (entry) => (
        <div className="grid min-w-64 gap-0.5 whitespace-normal">
          {entry.reason}
          <Causes {...entry} />
        </div>
      ),
    },
  ],
};

/** The whole list has no sentences, but every change ever made. */
export const ENTRIES: TableOf<Entry> = {
  caption: "All changes of the balance",
  keyOf,
  empty: "No changes match.",
  columns: [
    ...FIGURES,
    {
      title: "Reference",
      cell: ({ reference_type, reference_id }) =>
        reference_type === "order"
          ? (
            <>
              order <OrderLink id={reference_id} />
            </>
          )
          : (
            <>
              {wordsOf(reference_type ?? "")} <Id of={reference_id} />
            </>
          ),
    },
    { title: "Author", cell: ({ author }) => <Author of={author} /> },
  ],
};
