import type { Refund } from "@farthing/client";
import type { TableOf } from "../../parts/data-table.tsx";
import { Credits, Id, Moment, Money } from "../../parts/figures.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { Author, LinkTo, OrderLink } from "../links.tsx";

/** The payment that was refunded or disputed. Only an order is a link: a booking has no page. */
export function Refunded({ order_id, booking_id }: Pick<Refund, "order_id" | "booking_id">) {
  if (order_id === null) {
    return (
      <>
        booking <Id of={booking_id} />
      </>
    );
  }
  return (
    <span className="whitespace-nowrap">
      order <OrderLink id={order_id} />
    </span>
  );
}

export const REFUNDS: TableOf<Refund> = {
  caption: "Refunds",
  keyOf: ({ refund_id }) => refund_id,
  empty: "No refunds. A refund appears here when it is requested here or in Stripe's dashboard.",
  columns: [
    {
      title: "Requested",
      cell: ({ refund_id, created_at }) => (
        <>
          <Moment at={created_at} />
          <span className="block">
            <LinkTo under="/refunds" id={refund_id} />
          </span>
        </>
      ),
    },
    { title: "State", cell: ({ status }) => <StateBadge state={status} /> },
    {
      title: "Amount",
      isFigure: true,
      cell: ({ amount, currency }) => <Money of={amount} currency={currency} />,
    },
    {
      title: "Credits clawed back",
      isFigure: true,
      cell: ({ credits_taken_back }) => <Credits of={credits_taken_back} />,
    },
    {
      title: "Of these, debt",
      isFigure: true,
      cell: ({ debt_added }) => <Credits of={debt_added} />,
    },
    { title: "Of", cell: Refunded },
    {
      title: "Requested by",
      cell: ({ requested_by }) => <Author of={requested_by} />,
    },
    { title: "Reason", cell: ({ reason }) => reason ?? "none" },
  ],
};
