import { useAutoTopUp, useCredits } from "@farthing/react";
import { Link } from "wouter";
import type { CurrentBalance } from "@farthing/client";
import { CreditBalance } from "@/components/farthing/credit-balance";
import { type Column, DataTable } from "../parts/data-table.tsx";
import { Facts } from "../parts/facts.tsx";
import { Credits, Moment } from "../parts/figures.tsx";
import { Page, Section } from "../parts/page.tsx";
import { StateBadge } from "../parts/state-badge.tsx";

const LOTS: readonly Column<CurrentBalance["lots"][number]>[] = [
  { title: "From", cell: ({ source }) => source },
  { title: "Expires", cell: ({ expires_at }) => expires_at ? <Moment at={expires_at} /> : "never" },
  { title: "State", cell: ({ frozen }) => <StateBadge state={frozen ? "frozen" : "usable"} /> },
  { title: "Left", isFigure: true, cell: ({ remaining }) => <Credits of={remaining} /> },
];

function Details({ balance }: { readonly balance: CurrentBalance }) {
  const { available, held, debt, lots } = balance;
  return (
    <>
      <Section title="How it adds up">
        <Facts
          facts={{
            "Balance": <Credits of={balance.balance} />,
            "Available": <Credits of={available} />,
            "Held for work in progress": <Credits of={held} />,
            "Owed": <Credits of={debt} />,
            "Read": <Moment at={balance.as_of} />,
          }}
        />
      </Section>
      <Section title="Where your credits come from">
        <DataTable
          caption="Your credits by their origin"
          columns={LOTS}
          items={lots.filter(({ remaining }) => Number(remaining) > 0)}
          keyOf={({ id }) => id}
          empty="You have no credits. Those that you buy or are given appear here."
        />
      </Section>
    </>
  );
}

/**
 * Says when credits are topped up automatically. During a top-up `useAutoTopUp` polls, so that the
 * balance shows the new credits once they arrive.
 */
function TopUps() {
  const topUps = useAutoTopUp();
  if (topUps.status !== "ready" || topUps.data.state !== "on") return null;
  const { threshold, target } = topUps.data;
  if (threshold === null || target === null) return null;
  return (
    <p className="text-sm">
      When fewer than <Credits of={threshold} /> are left, they are topped up to{" "}
      <Credits of={target} />. <Link href="/top-ups" className="underline">Top-ups and cap</Link>
    </p>
  );
}

export function BalancePage() {
  const credits = useCredits();
  return (
    <Page title="Balance" lead="The credits that you can spend now.">
      <div className="max-w-xl">
        <CreditBalance
          action={<Link href="/buy" className="text-sm underline">Buy credits</Link>}
        />
      </div>
      <TopUps />
      {credits.status === "ready" && <Details balance={credits.data} />}
    </Page>
  );
}
