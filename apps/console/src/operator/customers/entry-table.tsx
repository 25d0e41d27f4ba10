/** Changes of a balance, with their causes as links. */
import type { Entry, ExplainedEntry, Refund } from "@farthing/client";
import type { Column, TableOf } from "../../parts/data-table.tsx";
import { Credits, Id, Moment } from "../../parts/figures.tsx";
import { wordsOf } from "../../parts/api-names.ts";
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

/** The API's sentence contains the operator's id. The page shows this id as a link. */
function Sentence({ reason, author }: ExplainedEntry) {
  const [before, ...rest] = reason.split(author.replace(/^operator:/, "operator "));
  if (!author.startsWith("operator:") || rest.length === 0) return <p>{reason}</p>;
  return (
    <p>
      {before}
      <Author of={author} />
      {rest.join("")}
    </p>
  );
}

/** Whether the API's sentence `reason` already names the author. */
const namesAuthor = ({ reason }: ExplainedEntry): boolean =>
  /^(Grant|Debit|Hold settled) by /.test(reason);

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

interface CausesProps {
  readonly entry: ExplainedEntry;
  readonly refunds: readonly Refund[];
}

/** The author and the causes of a change. For a refund, also shows who requested the refund. */
function Causes({ entry, refunds }: CausesProps) {
  const { author, order_id, job_id, hold_id, stripe_event_id, metadata } = entry;
  const refundId = textOf(metadata?.["refund_id"]);
  const disputeId = textOf(metadata?.["dispute_id"]);
  const refund = refunds.find(({ refund_id }) => refund_id === refundId);
  return (
    <ul className="flex flex-wrap gap-x-4 text-xs text-muted-foreground">
      {stripe_event_id === null && !namesAuthor(entry) && (
        <li>
          by <Author of={author} />
        </li>
      )}
      {refundId && (
        <li>
          refund <LinkTo under="/refunds" id={refundId} />
        </li>
      )}
      {refund && (
        <li>
          asked for by <Author of={refund.requested_by} />
          {refund.reason && `: ${refund.reason}`}
        </li>
      )}
      {disputeId && (
        <li>
          dispute <LinkTo under="/disputes" id={disputeId} />
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

/**
 * The newest changes of a balance, with their reasons. `refunds` are the refunds that the same page
 * shows.
 */
export const explainedBy = (refunds: readonly Refund[]): TableOf<ExplainedEntry> => ({
  caption: "Changes of the balance",
  keyOf,
  empty: EMPTY,
  columns: [
    ...FIGURES,
    {
      title: "Why",
      cell: (entry) => (
        <div className="grid min-w-64 gap-0.5 whitespace-normal">
          <Sentence {...entry} />
          <Causes {...{ entry, refunds }} />
        </div>
      ),
    },
  ],
});

/**
 * Every change of a balance that was ever made. The API returns this list without the reasons in
 * words.
 */
export const ENTRIES: TableOf<Entry> = {
  caption: "All changes of the balance",
  keyOf,
  empty: EMPTY,
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
