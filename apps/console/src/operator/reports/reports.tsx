import { Link } from "wouter";
import { Page } from "../../parts/page.tsx";

const REPORTS = [
  ["revenue", "Revenue", "What did we sell, by day and product line?"],
  ["metrics", "Metrics", "GMV, net revenue, take rate, ARPU and conversion, with their formulas."],
  ["payouts", "Payout reconciliation", "What did Stripe pay out, and does each line agree?"],
  ["fees", "Fees", "What did Stripe take, and what did we earn from bookings?"],
  ["liabilities", "Deferred revenue", "What do we owe in credits?"],
  ["usage", "AI usage", "What did models cost, what was charged, and what is the margin?"],
  ["credits", "Credits", "How many credits were granted, used and lost, by source?"],
  ["funnel", "Funnel", "How many see the packages, begin a checkout and pay?"],
  ["kpis", "Key figures", "Time to first dollar, webhook success, durations, evidence."],
  ["actors", "Authors", "Who moved credits by hand, and who changed what?"],
  ["journal", "Journal", "The lines for the books, with account codes."],
] as const;

/** Says which report answers which question. */
export function ReportsPage() {
  return (
    <Page title="Reports" lead="Days and months are UTC. Each report can be saved as CSV.">
      <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
        {REPORTS.map(([name, title, question]) => (
          <li key={name} className="rounded-md border p-4">
            <Link href={`/reports/${name}`} className="font-medium underline">{title}</Link>
            <p className="mt-1 text-sm text-muted-foreground">{question}</p>
          </li>
        ))}
      </ul>
    </Page>
  );
}
