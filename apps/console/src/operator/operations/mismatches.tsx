import type { Mismatch } from "@farthing/client";
import type { Column } from "../../parts/data-table.tsx";
import { Id, Moment, Money } from "../../parts/figures.tsx";
import { Choice, Field, Filters, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { useList } from "../../reads/use-list.ts";
import { Author, CustomerLink, LinkTo } from "../links.tsx";
import { DIFFERENCE, Ours, Theirs } from "./mismatch-sides.tsx";
import { RecordLinks } from "./record-links.tsx";
import { ResolveMismatch } from "./resolve-mismatch.tsx";

const STATES = ["open", "resolved"] as const;
const KINDS = [
  "payout_sum",
  "charge_unknown",
  "charge_differs",
  "refund_unknown",
  "refund_differs",
  "dispute_unknown",
  "dispute_differs",
  "fee_unknown",
  "fee_differs",
  "never_listed",
  "never_paid_out",
] as const;

/** The page of a payout leaves this column out. */
export const PAYOUT_COLUMN: Column<Mismatch> = {
  title: "Payout",
  cell: ({ payout_id }) => <LinkTo under="/payouts" id={payout_id} />,
};

export const MISMATCH_COLUMNS: readonly Column<Mismatch>[] = [
  { title: "Kind", cell: ({ kind }) => wordsOf(kind) },
  { title: "State", cell: ({ state }) => <StateBadge state={state} /> },
  { title: "Subject at Stripe", cell: ({ subject }) => <Id of={subject} /> },
  { title: "Ours", cell: Ours },
  { title: "Stripe's", cell: Theirs },
  {
    title: DIFFERENCE,
    isFigure: true,
    cell: ({ difference, currency }) => <Money of={difference} currency={currency} />,
  },
  {
    title: "Change",
    cell: (mismatch) => mismatch.state === "open" && <ResolveMismatch mismatch={mismatch} />,
  },
  { title: "Record", cell: (mismatch) => <RecordLinks {...mismatch} /> },
  { title: "Customer", cell: ({ user_id }) => <CustomerLink id={user_id} /> },
  PAYOUT_COLUMN,
  { title: "Found", cell: ({ found_at }) => <Moment at={found_at} /> },
  { title: "Resolved", cell: ({ resolved_at }) => <Moment at={resolved_at} /> },
  { title: "By", cell: ({ resolved_by }) => resolved_by && <Author of={resolved_by} /> },
  { title: "Reason", cell: ({ reason }) => reason ?? "" },
];

interface MismatchListProps {
  readonly query: {
    readonly state?: string;
    readonly kind?: string;
    readonly payout_id?: string;
    readonly user_id?: string;
  };
}

/** Differences between our records and Stripe's. Without `state`, lists only open differences. */
function MismatchList({ query: { state, kind, ...rest } }: MismatchListProps) {
  const known = { state: STATES.find((s) => s === state), kind: KINDS.find((k) => k === kind) };
  const list = useList("/mismatches", {
    query: {
      ...rest,
      ...state === "all" && { state },
      ...known.state && { state: known.state },
      ...known.kind && { kind: known.kind },
    },
  });
  return (
    <ListTable
      list={list}
      caption="Mismatches"
      columns={MISMATCH_COLUMNS}
      keyOf={({ mismatch_id }) => mismatch_id}
      empty="No mismatch: our records and Stripe's payouts agree."
    />
  );
}

export function MismatchesPage() {
  const { state = "all", ...filters } = useFilters("state", "kind", "payout_id", "user_id");
  return (
    <Page
      title="Mismatches"
      lead="Differences between our records and Stripe's, newest first. Resolved ones show the reason."
    >
      <Filters>
        <Choice name="state" label="State" values={STATES} />
        <Choice name="kind" label="Kind" values={KINDS} />
        <Field name="payout_id" label="Payout" />
        <Field name="user_id" label="User id" />
      </Filters>
      <MismatchList query={{ state, ...filters }} />
    </Page>
  );
}
