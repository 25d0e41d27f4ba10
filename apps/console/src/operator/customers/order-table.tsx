import type { Order } from "@farthing/client";
import type { TableOf } from "../../parts/data-table.tsx";
import { Credits, Moment, Money } from "../../parts/figures.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { OrderLink } from "../links.tsx";
import { RefundOrder } from "./refund-payment.tsx";

export const boughtBy = ({ kind, package_name }: Order): string =>
  kind === "top_up" ? "Automatic top-up" : `${package_name} package`;

export const ORDERS: TableOf<Order> = {
  caption: "Orders",
  keyOf: ({ order_id }) => order_id,
  empty: "No orders. A checkout appears here when it is opened, whether it is paid or not.",
  columns: [
    {
      title: "Ordered",
      cell: ({ order_id, created_at }) => (
        <>
          <Moment at={created_at} />
          <span className="block">
            <OrderLink id={order_id} />
          </span>
        </>
      ),
    },
    { title: "What", cell: boughtBy },
    { title: "State", cell: ({ status }) => <StateBadge state={status} /> },
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
    {
      title: "Disputed",
      isFigure: true,
      cell: ({ amount_disputed, currency }) => <Money of={amount_disputed} currency={currency} />,
    },
    {
      title: "Credits",
      isFigure: true,
      cell: ({ total_credits }) => <Credits of={total_credits} />,
    },
    {
      title: "Clawed back",
      isFigure: true,
      cell: ({ credits_taken_back }) => <Credits of={credits_taken_back} />,
    },
    { title: "Change", cell: (order) => <RefundOrder {...order} /> },
  ],
};
