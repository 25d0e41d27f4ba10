import type { PayoutWithLines } from "@farthing/client";
import { useParams } from "wouter";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { CsvButton } from "../../parts/csv-button.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Moment, Money } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { Page, Section } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { useRead } from "../../reads/use-read.ts";
import { MISMATCH_COLUMNS, PAYOUT_COLUMN } from "../operations/mismatches.tsx";
import { PayoutLines } from "./payout-lines.tsx";

type Sum = PayoutWithLines["lines"][number];

const sumsIn = (currency: string): readonly Column<Sum>[] => {
  const money = (title: string, field: "amount" | "fee" | "net"): Column<Sum> => ({
    title,
    isFigure: true,
    cell: (sum) => <Money of={sum[field]} currency={currency} />,
  });
  return [
    { title: "Kind", cell: ({ kind }) => wordsOf(kind) },
    { title: "Lines", isFigure: true, cell: ({ count }) => count },
    money("Gross", "amount"),
    money("Stripe's fee", "fee"),
    money("Net", "net"),
  ];
};

const MISMATCHES_OF_IT = MISMATCH_COLUMNS.filter((column) => column !== PAYOUT_COLUMN);

const factsOf = (payout: PayoutWithLines) => ({
  Amount: <Money of={payout.amount} currency={payout.currency} />,
  Status: <StateBadge state={payout.status} />,
  Comparison: <StateBadge state={payout.reconciliation} />,
  Made: <Moment at={payout.made_at} />,
  Arrives: <Moment at={payout.arrives_at} />,
  "Made by": payout.automatic ? "Stripe's schedule" : "hand",
  "Lines listed": <Moment at={payout.listed_at} />,
  "Compared": <Moment at={payout.reconciled_at} />,
  ...payout.failure_code !== null && { "Failed with": payout.failure_code },
});

export function PayoutPage() {
  const { id = "" } = useParams();
  const reading = useRead("/payouts/{id}", { path: { id } });
  return (
    <Page
      title="Payout"
      lead={<code className="text-sm break-all">{id}</code>}
      actions={
        <CsvButton
          path="/reports/payouts/{id}"
          input={{ path: { id } }}
          fileName={`payout-${id}.csv`}
        />
      }
    >
      <Known reading={reading} title="The payout" placeholder="h-96">
        {(payout) => (
          <div className="grid gap-8 *:min-w-0">
            <Facts facts={factsOf(payout)} />
            <Section title="Open mismatches">
              <DataTable
                caption="Open mismatches of this payout"
                columns={MISMATCHES_OF_IT}
                items={payout.mismatches}
                keyOf={({ mismatch_id }) => mismatch_id}
                empty="None: our records and Stripe's agree, as far as they were compared."
              />
            </Section>
            <Section title="Sums by kind">
              <DataTable
                caption="Sums by kind"
                columns={sumsIn(payout.currency)}
                items={payout.lines}
                keyOf={({ kind }) => kind}
                empty="Not known yet: Stripe lists the lines of a payout when it is paid."
              />
            </Section>
            <PayoutLines id={id} />
          </div>
        )}
      </Known>
    </Page>
  );
}
