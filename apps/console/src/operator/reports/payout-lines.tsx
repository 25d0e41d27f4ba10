import type { PayoutLine, PayoutRow, Result } from "@farthing/client";
import { Link, useParams } from "wouter";
import { CsvButton } from "../../parts/csv-button.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Id, Moment, Money, None } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { Page, Section } from "../../parts/page.tsx";
import type { ReportColumn } from "../../parts/report-figures.tsx";
import { StateBadge, wordsOf } from "../../parts/state-badge.tsx";
import { useReport } from "../../reads/use-report.ts";
import { More, Rows } from "./report-page.tsx";
import { Controls, Formulas } from "./report-parts.tsx";

type Mismatch = Result<"get", "/reports/payouts/{id}">["mismatches"][number];

const MISMATCHES: readonly Column<Mismatch>[] = [
  { title: "Found", cell: ({ found_at }) => <Moment at={found_at} /> },
  { title: "Kind", cell: ({ kind }) => wordsOf(kind) },
  { title: "Of", cell: ({ subject }) => <Id of={subject} /> },
  { title: "Our record", isFigure: true, cell: ({ ours }) => ours ?? <None /> },
  { title: "Stripe's", isFigure: true, cell: ({ theirs }) => theirs ?? <None /> },
];

/** Finds the customer, who has the order and its entries. */
const customerLink = (id: string) => (
  <Link href={`/customers?q=${id}`} className="underline">
    <Id of={id} />
  </Link>
);

const LINES: readonly ReportColumn<PayoutLine>[] = [
  { key: "created_utc", kind: "moment", title: "Created" },
  { key: "reporting_category", kind: "words", title: "Category" },
  { key: "currency", kind: "text" },
  { key: "gross", kind: "money" },
  { key: "fee", kind: "money" },
  { key: "net", kind: "money" },
  { key: "matched", kind: "flag", title: "Our record agrees" },
  {
    key: "difference",
    kind: "money",
    cell: ({ difference, customer_facing_currency }) => (
      <Money of={difference} currency={customer_facing_currency} />
    ),
  },
  { key: "mismatch", kind: "words" },
  { key: "order_id", kind: "id", title: "Order", cell: (row) => customerLink(row.order_id!) },
  { key: "booking_id", kind: "id", title: "Booking" },
  { key: "refund_id", kind: "id", title: "Refund" },
  { key: "dispute_id", kind: "id", title: "Dispute" },
  { key: "charge_id", kind: "id", title: "Charge" },
  {
    key: "payment_intent_id",
    kind: "id",
    title: "Payment",
    cell: (row) => customerLink(row.payment_intent_id!),
  },
  {
    key: "customer_facing_amount",
    kind: "money",
    title: "Customer's amount",
    cell: ({ customer_facing_amount, customer_facing_currency }) => (
      <Money of={customer_facing_amount} currency={customer_facing_currency} />
    ),
  },
  { key: "available_on", kind: "moment" },
  { key: "description", kind: "text" },
  { key: "source_id", kind: "id" },
  { key: "balance_transaction_id", kind: "id", title: "Balance transaction" },
];

function PayoutFacts({ payout }: { readonly payout: PayoutRow }) {
  const { amount, sum, difference, fees, currency, status, itemised, made_at, arrives_at } = payout;
  return (
    <Facts
      facts={{
        Amount: <Money of={amount} currency={currency} />,
        "Sum of the lines": <Money of={sum} currency={currency} />,
        Difference: <Money of={difference} currency={currency} />,
        Fees: <Money of={fees} currency={currency} />,
        Status: <StateBadge state={status} />,
        Lines: itemised === null ? "not known yet" : `${payout.lines}, ${wordsOf(itemised)}`,
        Made: <Moment at={made_at} />,
        Arrives: <Moment at={arrives_at} />,
      }}
    />
  );
}

/** One payout, down to the orders of its lines. */
export function PayoutLinesPage() {
  const { id = "" } = useParams();
  const input = { path: { id } };
  const { reading, ...more } = useReport("/reports/payouts/{id}", input);
  return (
    <Page
      title={`Payout ${id}`}
      lead="The lines that Stripe paid out, each with our record of the money."
      actions={
        <CsvButton path="/reports/payouts/{id}" input={input} fileName={`payout-${id}.csv`} />
      }
    >
      <Known reading={reading} title="The payout" placeholder="h-96">
        {({ payout, mismatches, rows, totals, controls, formulas }) => (
          <div className="grid gap-6 *:min-w-0">
            <PayoutFacts payout={payout} />
            <p>
              <Link href={`/payouts/${id}`} className="underline">
                The payout and its mismatches
              </Link>
            </p>
            <Controls controls={controls} />
            <Section title="Mismatches">
              <DataTable
                caption="Mismatches"
                columns={MISMATCHES}
                items={mismatches}
                keyOf={({ mismatch_id }) => mismatch_id}
                empty="Our records and Stripe's agree."
              />
            </Section>
            <Rows
              title="Lines"
              columns={LINES}
              rows={rows}
              totals={totals}
              empty="Stripe has not listed the lines yet. They appear within 15 minutes."
            />
            <More {...more} />
            <Formulas formulas={formulas} />
          </div>
        )}
      </Known>
    </Page>
  );
}
