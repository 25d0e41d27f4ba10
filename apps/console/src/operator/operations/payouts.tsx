import type { Payout } from "@farthing/client";
import type { Column } from "../../parts/data-table.tsx";
import { Moment, Money } from "../../parts/figures.tsx";
import { Choice, Filters, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { useList } from "../../reads/use-list.ts";
import { LinkTo } from "../links.tsx";

/** The states of a payout, as Stripe names them. */
const STATUSES = ["pending", "in_transit", "paid", "failed", "canceled"] as const;

const COLUMNS: readonly Column<Payout>[] = [
  { title: "Payout", cell: ({ payout_id }) => <LinkTo under="/payouts" id={payout_id} /> },
  {
    title: "Amount",
    isFigure: true,
    cell: ({ amount, currency }) => <Money of={amount} currency={currency} />,
  },
  { title: "Status", cell: ({ status }) => <StateBadge state={status} /> },
  {
    title: "Comparison",
    cell: ({ reconciliation }) => <StateBadge state={reconciliation} />,
  },
  { title: "Open mismatches", isFigure: true, cell: ({ open_mismatches }) => open_mismatches },
  { title: "Our lines", isFigure: true, cell: ({ ours }) => ours ?? "not known yet" },
  {
    title: "Another app's lines",
    isFigure: true,
    cell: ({ not_ours }) => not_ours ?? "not known yet",
  },
  { title: "Made", cell: ({ made_at }) => <Moment at={made_at} /> },
  { title: "Arrives", cell: ({ arrives_at }) => <Moment at={arrives_at} /> },
];

const LEAD =
  "Stripe's payouts to your bank account, newest first, and whether our records agree. " +
  "Lines other than payments, refunds, disputes and fees belong to no app, and are not counted.";

export function PayoutsPage() {
  const { status } = useFilters("status");
  const list = useList("/payouts", { query: status ? { status } : {} });
  return (
    <Page
      title="Payouts"
      lead={LEAD}
    >
      <Filters>
        <Choice name="status" label="Status" values={STATUSES} />
      </Filters>
      <ListTable
        list={list}
        caption="Payouts"
        columns={COLUMNS}
        keyOf={({ payout_id }) => payout_id}
        empty={status === undefined
          ? "No payout yet. The first one appears when Stripe pays you out."
          : "No payout has this status."}
      />
    </Page>
  );
}
