import type { ReactNode } from "react";
import { type Booking, FarthingError, type Order, type Refund } from "@farthing/client";
import { toMinorUnits } from "@/lib/farthing-format";
import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Credits, Money } from "../../parts/figures.tsx";
import { MoneyField, ReasonField } from "../../parts/form-fields.tsx";
import { useChange } from "../../reads/use-change.ts";
import { LinkTo } from "../links.tsx";
import { isMade, useRefundPreview } from "./previews.tsx";

interface RefundPaymentProps {
  readonly what: { readonly order_id: string } | {
    readonly booking_id: string;
  };
  readonly currency: string;
  readonly isOffered: boolean;
  /** Figures of the payment before the refund. The dry run says what the refund will change. */
  readonly facts: Readonly<Record<string, ReactNode>>;
  readonly children: ReactNode;
}

function Done(
  { status, amount, currency, credits_taken_back, refund_id }: Refund,
) {
  return (
    <>
      <p>
        <Money of={amount} currency={currency} /> {status === "succeeded"
          ? (
            <>
              went back, and <Credits of={credits_taken_back} /> credits were clawed back.
            </>
          )
          : "is requested. The credits move when Stripe reports the refund."}
      </p>
      <p>
        Refund <LinkTo under="/refunds" id={refund_id} />
      </p>
    </>
  );
}

/**
 * Says how much can be refunded, because the service's message only names the field that contains
 * this amount.
 */
function tooLarge(error: Error, currency: string): ReactNode {
  if (!(error instanceof FarthingError) || error.code !== "refund_too_large") return null;
  const refundable = error.details?.["refundable"];
  if (typeof refundable !== "number" || refundable === 0) return null;
  return (
    <p>
      At most <Money of={refundable} currency={currency} /> can be refunded.
    </p>
  );
}

/** Refunds a payment, or a part of it. */
function RefundPayment(
  { what, currency, isOffered, facts, children }: RefundPaymentProps,
) {
  const change = useChange("post", "/refunds");
  const dryRun = useRefundPreview();
  return (
    <ChangeDialog
      action="Refund"
      title={"order_id" in what
        ? `Refund order ${what.order_id}`
        : `Refund booking ${what.booking_id}`}
      isDestructive
      isOffered={isOffered}
      change={change}
      dryRun={dryRun}
      inputOf={(form) => {
        const amount = String(form.get("amount"));
        const reason = String(form.get("reason"));
        return {
          body: {
            ...what,
            reason,
            ...amount !== "" && { amount: toMinorUnits(amount, currency) },
          },
        };
      }}
      preview={
        <>
          <Facts facts={facts} />
          <p className="text-sm">{children}</p>
        </>
      }
      explain={(error) => tooLarge(error, currency)}
      done={(refund) => isMade(refund) && <Done {...refund} />}
    >
      <MoneyField
        name="amount"
        label={`Amount in ${currency.toUpperCase()} (optional)`}
        currency={currency}
        hint="Leave it empty to refund all that is left."
      />
      <ReasonField />
    </ChangeDialog>
  );
}

const REFUNDABLE = ["paid", "partially_refunded", "disputed"];

export function RefundOrder({ order_id, status, currency, ...order }: Order) {
  return (
    <RefundPayment
      what={{ order_id }}
      currency={currency}
      isOffered={REFUNDABLE.includes(status)}
      facts={{
        "Paid": <Money of={order.amount_total} currency={currency} />,
        "Refunded so far": <Money of={order.amount_refunded} currency={currency} />,
        "Taken by disputes": <Money of={order.amount_disputed} currency={currency} />,
        "Credits of the order": <Credits of={order.total_credits} />,
        "Clawed back so far": <Credits of={order.credits_taken_back} />,
      }}
    >
      Stripe sends the money back to the buyer. The same share of the order's credits is clawed
      back: from what is left of them, and as debt for what was spent.
    </RefundPayment>
  );
}

const PAID = ["paid", "confirmed", "completed"];

export function RefundBooking(
  { booking_id, status, currency, ...booking }: Booking,
) {
  return (
    <RefundPayment
      what={{ booking_id }}
      currency={currency}
      isOffered={PAID.includes(status) &&
        booking.amount_refunded < booking.amount}
      facts={{
        "Paid": <Money of={booking.amount} currency={currency} />,
        "Refunded so far": <Money of={booking.amount_refunded} currency={currency} />,
        "Fee of the booking": <Money of={booking.application_fee_amount} currency={currency} />,
      }}
    >
      Stripe sends the money back to the buyer, and takes the provider's share back. No credits
      move.
    </RefundPayment>
  );
}
