import { useParams } from "wouter";
import { Facts } from "../../parts/facts.tsx";
import { Credits, Id, Moment, Money } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page, Section } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { useList } from "../../reads/use-list.ts";
import { useRead } from "../../reads/use-read.ts";
import { CustomerLink } from "../links.tsx";
import { DISPUTES } from "../money/dispute-table.tsx";
import { REFUNDS } from "../money/refund-table.tsx";
import { boughtBy } from "./order-table.tsx";
import { RefundOrder } from "./refund-payment.tsx";

/** An order does not name its buyer, so this searches the customers for the order's id. */
function Buyer({ orderId }: { readonly orderId: string }) {
  const { reading } = useList("/customers", { query: { q: orderId } });
  if (reading.status === "loading") return <>searching…</>;
  const [buyer] = reading.status === "ready" ? reading.data : [];
  if (buyer === undefined) return <>unknown</>;
  return <CustomerLink id={buyer.id} as={buyer.email ?? buyer.id} />;
}

/** Shown only for an order that exists: empty lists for an unknown id would be misleading. */
function MoneyBack({ orderId }: { readonly orderId: string }) {
  const refunds = useList("/refunds", { query: { order_id: orderId } });
  const disputes = useList("/disputes", { query: { order_id: orderId } });
  return (
    <>
      <Section title="Refunds">
        <ListTable list={refunds} {...REFUNDS} />
      </Section>
      <Section title="Disputes">
        <ListTable list={disputes} {...DISPUTES} />
      </Section>
    </>
  );
}

export function OrderPage() {
  const { id = "" } = useParams();
  const reading = useRead("/checkout/orders/{id}", { path: { id } });
  return (
    <Page title="Order" lead={<Id of={id} />}>
      <Known reading={reading} title="The order">
        {(order) => (
          <>
            <Facts
              facts={{
                "Customer": <Buyer orderId={id} />,
                "What": boughtBy(order),
                "State": <StateBadge state={order.status} />,
                "Price": <Money of={order.amount} currency={order.currency} />,
                "Discount": <Money of={order.amount_discount} currency={order.currency} />,
                "Tax": (
                  <Money
                    of={order.amount_tax}
                    currency={order.currency}
                  />
                ),
                "Paid": <Money of={order.amount_total} currency={order.currency} />,
                "Refunded": <Money of={order.amount_refunded} currency={order.currency} />,
                "Disputed": <Money of={order.amount_disputed} currency={order.currency} />,
                "Credits": <Credits of={order.credits} />,
                "Bonus": <Credits of={order.bonus_credits} />,
                "Clawed back": <Credits of={order.credits_taken_back} />,
                "Ordered": <Moment at={order.created_at} />,
                "Paid at": <Moment at={order.paid_at} />,
                "Checkout session": <Id of={order.checkout_session_id} />,
                "Invoice": <Id of={order.invoice_id} />,
              }}
            />
            <div>
              <RefundOrder {...order} />
            </div>
            <MoneyBack orderId={id} />
          </>
        )}
      </Known>
    </Page>
  );
}
