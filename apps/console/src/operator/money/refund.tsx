import type { Refund } from "@farthing/client";
import { useParams } from "wouter";
import { Facts } from "../../parts/facts.tsx";
import { Credits, Id, Moment, Money } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { Page } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { useRead } from "../../reads/use-read.ts";
import { Author } from "../links.tsx";
import { Refunded } from "./refund-table.tsx";

/** The meaning of each state for money and credits. */
const MEANINGS: Readonly<Record<Refund["status"], string>> = {
  pending:
    "Stripe has not yet reported the refund. No credits have moved: Stripe's event will move them.",
  requires_action: "The buyer must act before the bank pays the money back. No credits have moved.",
  succeeded: "The money went back, and its credits were clawed back.",
  failed:
    "The buyer's bank did not accept the money. Credits that were clawed back are reinstated.",
  canceled: "The refund was canceled. Credits that were clawed back are reinstated.",
};

export function RefundPage() {
  const { id = "" } = useParams();
  const reading = useRead("/refunds/{id}", { path: { id } });
  return (
    <Page title="Refund" lead={<Id of={id} />}>
      <Known reading={reading} title="The refund">
        {(refund) => (
          <>
            <p className="max-w-prose">{MEANINGS[refund.status]}</p>
            <Facts
              facts={{
                "State": <StateBadge state={refund.status} />,
                "Amount": <Money of={refund.amount} currency={refund.currency} />,
                "Credits clawed back": <Credits of={refund.credits_taken_back} />,
                "Of these, debt, because they were spent": <Credits of={refund.debt_added} />,
                "Of": <Refunded {...refund} />,
                "Requested by": <Author of={refund.requested_by} />,
                "Requested": <Moment at={refund.created_at} />,
                "Last change": <Moment at={refund.updated_at} />,
                "Reason": refund.reason ?? "none",
                "Failed because": refund.failure_reason ?? "not failed",
                "At Stripe": <Id of={refund.stripe_refund_id} />,
              }}
            />
          </>
        )}
      </Known>
    </Page>
  );
}
