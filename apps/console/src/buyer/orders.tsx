import type { Order } from "@farthing/client";
import type { Column } from "../parts/data-table.tsx";
import { Credits, Id, Moment, Money } from "../parts/figures.tsx";
import { ListTable } from "../parts/list-table.tsx";
import { Page } from "../parts/page.tsx";
import { StateBadge } from "../parts/state-badge.tsx";
import { useList } from "../reads/use-list.ts";

export const boughtBy = ({ package_name }: Order): string =>
  package_name === null ? "Automatic top-up" : `${package_name} package`;

const COLUMNS: readonly Column<Order>[] = [
  { title: "When", cell: ({ created_at }) => <Moment at={created_at} /> },
  { title: "What", cell: boughtBy },
  { title: "State", cell: ({ status }) => <StateBadge state={status} /> },
  {
    title: "Credits",
    isFigure: true,
    cell: ({ total_credits }) => <Credits of={total_credits} />,
  },
  {
    title: "Price",
    isFigure: true,
    cell: ({ amount, currency }) => <Money of={amount} currency={currency} />,
  },
  {
    title: "Tax",
    isFigure: true,
    cell: ({ amount_tax, currency }) => <Money of={amount_tax} currency={currency} />,
  },
  {
    title: "Paid",
    isFigure: true,
    cell: ({ amount_total, currency }) => <Money of={amount_total} currency={currency} />,
  },
  {
    title: "Refunded",
    isFigure: true,
    cell: ({ amount_refunded, currency }) => <Money of={amount_refunded} currency={currency} />,
  },
  { title: "Order", cell: ({ order_id }) => <Id of={order_id} /> },
  { title: "Invoice", cell: ({ invoice_id }) => <Id of={invoice_id} /> },
];

export function OrdersPage() {
  const list = useList("/checkout/orders", {}, { readsOnFocus: true });
  return (
    <Page
      title="Orders"
      lead="Your purchases. The receipt of a paid order is in your email."
    >
      <ListTable
        list={list}
        caption="Your orders"
        columns={COLUMNS}
        keyOf={({ order_id }) => order_id}
        empty="You have bought nothing yet."
      />
    </Page>
  );
}
