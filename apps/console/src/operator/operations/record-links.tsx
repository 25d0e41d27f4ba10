/** Our records of money, each as a link to its page. */
import { Link } from "wouter";
import { Id } from "../../parts/figures.tsx";
import { LinkTo, OrderLink } from "../links.tsx";

interface Records {
  readonly order_id: string | null;
  readonly booking_id: string | null;
  readonly refund_id: string | null;
  readonly dispute_id: string | null;
}

/**
 * A booking has no page of its own, so the link searches for the buyer by the id of the booking.
 */
const BookingLink = ({ id }: { readonly id: string }) => (
  <Link href={`/customers?q=${id}`} title={id} className="underline underline-offset-2">
    booking
  </Link>
);

/** Links to the order or booking that was paid, and to its refund or dispute. */
export function RecordLinks({ order_id, booking_id, refund_id, dispute_id }: Records) {
  if (!order_id && !booking_id && !refund_id && !dispute_id) return <Id of={null} />;
  return (
    <div className="flex gap-3">
      {order_id && <OrderLink id={order_id} as="order" />}
      {booking_id && <BookingLink id={booking_id} />}
      {refund_id && <LinkTo under="/refunds" id={refund_id} as="refund" />}
      {dispute_id && <LinkTo under="/disputes" id={dispute_id} as="dispute" />}
    </div>
  );
}
