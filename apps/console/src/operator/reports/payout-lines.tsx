import type { PayoutLine } from "@farthing/client";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Id, Moment, Money, None } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { Section } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { useReport } from "../../reads/use-report.ts";
import { CustomerLink } from "../links.tsx";
import { More } from "./report-page.tsx";
import { Formulas, Verdict } from "./report-parts.tsx";
import { DIFFERENCE } from "../operations/mismatch-sides.tsx";
import { RecordLinks } from "../operations/record-links.tsx";

/** Links to a customer's page by the account's number, which the page accepts instead of an id. */
const Account = ({ nr }: { readonly nr: number | null }) => (
  <CustomerLink id={nr === null ? null : String(nr)} as={`account ${nr}`} />
);

function Match({ matched, mismatch }: PayoutLine) {
  if (matched === null) return "no record of ours";
  return <StateBadge state={mismatch ?? (matched ? "matched" : "mismatch")} />;
}

const money = (title: string, field: "gross" | "fee" | "net"): Column<PayoutLine> => ({
  title,
  isFigure: true,
  cell: (line) => <Money of={line[field]} currency={line.currency} />,
});

const COLUMNS: readonly Column<PayoutLine>[] = [
  {
    title: "Line",
    cell: ({ balance_transaction_id }) => <Id of={balance_transaction_id} />,
  },
  { title: "Category", cell: ({ reporting_category }) => wordsOf(reporting_category) },
  money("Gross", "gross"),
  money("Stripe's fee", "fee"),
  money("Net", "net"),
  {
    title: DIFFERENCE,
    isFigure: true,
    cell: ({ difference, customer_facing_currency: currency }) => (
      <Money of={difference} currency={currency} />
    ),
  },
  { title: "Agrees", cell: (line) => <Match {...line} /> },
  { title: "Record", cell: (line) => <RecordLinks {...line} /> },
  { title: "Customer", cell: ({ account_id }) => <Account nr={account_id} /> },
  {
    title: "Customer's amount",
    isFigure: true,
    cell: (
      { customer_facing_amount: of, customer_facing_currency: currency },
    ) => <Money of={of} currency={currency} />,
  },
  { title: "Source at Stripe", cell: ({ source_id }) => <Id of={source_id} /> },
  {
    title: "Payment",
    cell: ({ payment_intent_id }) => <Id of={payment_intent_id} />,
  },
  { title: "Description", cell: ({ description }) => description ?? <None /> },
  { title: "Created", cell: ({ created_utc }) => <Moment at={created_utc} /> },
  { title: "Available", cell: ({ available_on }) => <Moment at={available_on} /> },
];

/**
 * Each balance transaction of a payout, with its order, booking, refund or dispute. The control
 * total compares the payout with the sum of its lines. Both figures are above the table already, so
 * only the verdict of the control total is shown beside them.
 */
export function PayoutLines({ id }: { readonly id: string }) {
  const { reading, ...more } = useReport("/reports/payouts/{id}", { path: { id } });
  return (
    <Section title="Lines">
      <Known reading={reading} title="The lines" placeholder="h-64">
        {({ payout, rows, controls, formulas }) => (
          <div className="grid gap-6 *:min-w-0">
            <Facts
              facts={{
                "Amount of the payout": <Money of={payout.amount} currency={payout.currency} />,
                "Sum of the lines": <Money of={payout.sum} currency={payout.currency} />,
                "Difference (payout less lines)": (
                  <>
                    <Money of={payout.difference} currency={payout.currency} />{" "}
                    {controls.map((control) => <Verdict key={control.name} of={control} />)}
                  </>
                ),
              }}
            />
            <DataTable
              caption="Lines of this payout"
              columns={COLUMNS}
              items={rows}
              keyOf={({ balance_transaction_id }) => balance_transaction_id}
              empty="Not known yet: Stripe lists the lines of a payout when it is paid."
            />
            <More {...more} />
            <Formulas formulas={formulas} />
          </div>
        )}
      </Known>
    </Section>
  );
}
