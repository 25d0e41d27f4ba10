/** Settings and limits of a customer: spend cap, top-up, welcome credits, features. */
import type { CustomerPage } from "@farthing/client";
import { Link } from "wouter";
import { DataTable, type TableOf } from "../../parts/data-table.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Credits, Id, Moment, Money } from "../../parts/figures.tsx";
import { Section } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { useSignedIn } from "../../session/context.tsx";
import { OrderLink } from "../links.tsx";
import { Cap, SetCap } from "./set-cap.tsx";

export function SpendCap({ spend_cap, customer: { user_id } }: CustomerPage) {
  const { person } = useSignedIn();
  return (
    <Section title="Daily spend cap">
      <Facts
        facts={{
          "Applies": <Cap of={spend_cap.daily} />,
          "Set by the customer": <Cap of={spend_cap.own_daily} />,
          "Imposed by the app": <Cap of={spend_cap.imposed_daily} />,
          "Spent today": <Credits of={spend_cap.spent_today} />,
          "Today ends": <Moment at={spend_cap.resets_at} />,
        }}
      />
      {/* Operators set their own cap on the page of top-ups. */}
      {user_id !== null && user_id !== person.userId && (
        <div>
          <SetCap userId={user_id} caps={spend_cap} />
        </div>
      )}
    </Section>
  );
}

type Charge = CustomerPage["top_up"]["charges"][number];

const CHARGES: TableOf<Charge> = {
  caption: "Charges of automatic top-ups",
  keyOf: ({ order_id }) => order_id,
  empty: "No charges.",
  columns: [
    { title: "Charged", cell: ({ created_at }) => <Moment at={created_at} /> },
    { title: "State", cell: ({ status }) => <StateBadge state={status} /> },
    {
      title: "Amount",
      isFigure: true,
      cell: ({ amount, currency }) => <Money of={amount} currency={currency} />,
    },
    {
      title: "Credits",
      isFigure: true,
      cell: ({ credits }) => <Credits of={credits} />,
    },
    {
      title: "Failed because",
      cell: ({ failure_code }) => failure_code ?? "not failed",
    },
    { title: "Order", cell: ({ order_id }) => <OrderLink id={order_id} /> },
  ],
};

function cardOf({ card }: CustomerPage["top_up"]): string {
  if (card === null) return "none";
  return `${
    card.brand ?? "card"
  } ending in ${card.last4}, until ${card.exp_month}/${card.exp_year}`;
}

export function TopUp({ top_up, stripe_customer }: CustomerPage) {
  const { currency, monthly_cap, threshold, target } = top_up;
  return (
    <Section title="Automatic top-up">
      <Facts
        facts={{
          "State": <StateBadge state={top_up.state} />,
          "Paused because": top_up.paused === null ? "not paused" : wordsOf(top_up.paused),
          "Saved card": cardOf(top_up),
          "Below": threshold === null ? "not set" : <Credits of={threshold} />,
          "Up to": target === null ? "not set" : <Credits of={target} />,
          "Monthly cap": <Money of={monthly_cap} currency={currency} />,
          "Charged this month": <Money of={top_up.charged_this_month} currency={currency} />,
          "Failures in a row": top_up.failures,
          "Next attempt": <Moment at={top_up.next_attempt_at} />,
          "Consent": <Moment at={top_up.consented_at} />,
          "Customer at Stripe": <Id of={stripe_customer?.customer_id} />,
        }}
      />
      <DataTable {...CHARGES} items={top_up.charges} />
    </Section>
  );
}

export function Welcome({ welcome_grant, customer }: CustomerPage) {
  return (
    <Section title="Welcome credits">
      {welcome_grant === null
        ? <p className="text-sm text-muted-foreground">None were planned.</p>
        : (
          <>
            <Facts
              facts={{
                "State": <StateBadge state={welcome_grant.status} />,
                "Credits": welcome_grant.amount === null
                  ? "none"
                  : <Credits of={welcome_grant.amount} />,
                "Refused by": welcome_grant.refused_as
                  ? wordsOf(welcome_grant.refused_as)
                  : "nothing",
                "Decided": <Moment at={welcome_grant.decided_at} />,
              }}
            />
            <p className="text-sm">
              <Link
                href={`/welcome-credits?user_id=${customer.user_id}`}
                className="underline underline-offset-2"
              >
                Retry and details
              </Link>
            </p>
          </>
        )}
    </Section>
  );
}

export function Features({ features }: CustomerPage) {
  return (
    <Section title="Features for this customer">
      {features.length === 0
        ? (
          <p className="text-sm text-muted-foreground">
            There are no features.
          </p>
        )
        : (
          <Facts
            facts={Object.fromEntries(
              features.map((
                { name, enabled },
              ) => [wordsOf(name), enabled ? "on" : "off"]),
            )}
          />
        )}
    </Section>
  );
}
