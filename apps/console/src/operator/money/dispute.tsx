import type { Dispute } from "@farthing/client";
import { useParams } from "wouter";
import { DataTable, type TableOf } from "../../parts/data-table.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Credits, Id, Moment, Money } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { Page, Section } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { useRead } from "../../reads/use-read.ts";
import { CustomerLink } from "../links.tsx";
import { Refunded } from "./refund-table.tsx";

const MOVEMENTS: TableOf<Dispute["movements"][number]> = {
  caption: "Money that the bank moved",
  keyOf: ({ transaction_id }) => transaction_id,
  empty: "The bank has moved no money yet.",
  columns: [
    { title: "When", cell: ({ created_at }) => <Moment at={created_at} /> },
    {
      title: "Amount",
      isFigure: true,
      cell: ({ amount, currency }) => <Money of={amount} currency={currency} />,
    },
    {
      title: "Stripe's fee",
      isFigure: true,
      cell: ({ fee, currency }) => <Money of={fee} currency={currency} />,
    },
    {
      title: "Balance transaction",
      cell: ({ transaction_id }) => <Id of={transaction_id} />,
    },
  ],
};

export function DisputePage() {
  const { id = "" } = useParams();
  const reading = useRead("/disputes/{id}", { path: { id } });
  return (
    <Page
      title="Dispute"
      lead="A bank asked for a buyer's money back. Send evidence in Stripe's dashboard before the deadline."
    >
      <Known reading={reading} title="The dispute">
        {(dispute) => (
          <>
            <Facts
              facts={{
                "State": <StateBadge state={dispute.status} />,
                "Evidence due by": <Moment at={dispute.evidence_due_by} />,
                "Over": dispute.is_open ? "no, a bank still decides" : "yes",
                "Amount": <Money of={dispute.amount} currency={dispute.currency} />,
                "Credits clawed back": <Credits of={dispute.credits_taken_back} />,
                "Reason": dispute.reason === null ? "none" : wordsOf(dispute.reason),
                "Kind of case": dispute.case_type === null ? "none" : wordsOf(dispute.case_type),
                "Of": <Refunded {...dispute} />,
                "Customer": <CustomerLink id={dispute.user_id} />,
                "Opened": <Moment at={dispute.created_at} />,
                "Last change": <Moment at={dispute.updated_at} />,
                "At Stripe": <Id of={dispute.dispute_id} />,
              }}
            />
            <Section title="Money that the bank moved">
              <DataTable {...MOVEMENTS} items={dispute.movements} />
            </Section>
          </>
        )}
      </Known>
    </Page>
  );
}
