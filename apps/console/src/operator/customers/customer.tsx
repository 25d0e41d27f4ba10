import type { CustomerPage as Data } from "@farthing/client";
import { Link, useParams } from "wouter";
import { DataTable } from "../../parts/data-table.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Credits, Id, Moment } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { Page, Section } from "../../parts/page.tsx";
import { useRead } from "../../reads/use-read.ts";
import { BLOCKS } from "../money/block-table.tsx";
import { DISPUTES } from "../money/dispute-table.tsx";
import { NewBlock } from "../money/new-block.tsx";
import { REFUNDS } from "../money/refund-table.tsx";
import { WARNINGS } from "../money/warning-table.tsx";
import { explainedBy } from "./entry-table.tsx";
import { GrantCredits } from "./grant-credits.tsx";
import { ORDERS } from "./order-table.tsx";
import { NewestItems } from "./newest-items.tsx";
import { REFUSED_NEXT } from "./refused-next.tsx";
import { Features, SpendCap, TopUp, Welcome } from "./settings.tsx";
import { BOOKINGS, HOLDS, JOBS, LOTS, NOTIFICATIONS } from "./tables.tsx";

function Who({ customer }: Data) {
  return (
    <Facts
      facts={{
        "Email": customer.email ?? "none",
        "User id": <Id of={customer.user_id} />,
        "Account": customer.account_id ?? "none yet",
        "Since": <Moment at={customer.created_at} />,
        ...customer.left_at && { "Deleted": <Moment at={customer.left_at} /> },
      }}
    />
  );
}

function BalanceFacts({ credits }: Data) {
  return (
    <Facts
      facts={{
        "Balance": <Credits of={credits.balance} />,
        "Available": <Credits of={credits.available} />,
        "Held by running work": <Credits of={credits.held} />,
        "Frozen because the payment is in doubt": <Credits of={credits.frozen} />,
        "Debt": <Credits of={credits.debt} />,
        "As of": <Moment at={credits.as_of} />,
      }}
    />
  );
}

function Actions({ customer: { user_id }, credits }: Data) {
  if (user_id === null) return null; // A deleted user can't spend credits.
  return (
    <div className="flex flex-wrap gap-2">
      <GrantCredits userId={user_id} credits={credits} />
      <NewBlock action="Block customer" of={{ kind: "user", value: user_id }} />
    </div>
  );
}

function Customer(page: Data) {
  const { id, user_id } = page.customer;
  const list = (name: string) => `/customers/${id}/${name}`;
  const ofUser = (path: string) => `${path}?user_id=${user_id}`;
  return (
    <>
      <Who {...page} />
      <Section title="Balance">
        <BalanceFacts {...page} />
        <Actions {...page} />
      </Section>
      <Section title="Requests that would be refused next, and why">
        <DataTable {...REFUSED_NEXT} items={page.refused_next} />
      </Section>
      <NewestItems
        of={page.entries}
        table={explainedBy(page.refunds.items)}
        whole={list("entries")}
      />
      <NewestItems of={page.orders} table={ORDERS} whole={list("orders")} />
      <NewestItems of={page.lots} table={LOTS} whole={list("lots")} />
      <NewestItems of={page.holds} table={HOLDS} />
      <NewestItems of={page.refunds} table={REFUNDS} whole={ofUser("/refunds")} />
      <NewestItems of={page.disputes} table={DISPUTES} whole={ofUser("/disputes")} />
      <NewestItems of={page.warnings} table={WARNINGS} />
      <NewestItems of={page.blocks} table={BLOCKS} whole={ofUser("/blocks")} />
      <SpendCap {...page} />
      <TopUp {...page} />
      <NewestItems of={page.bookings} table={BOOKINGS} whole={list("bookings")} />
      <NewestItems of={page.jobs} table={JOBS} whole={list("jobs")} />
      <NewestItems
        of={page.notifications}
        table={NOTIFICATIONS}
        whole={list("notifications")}
      />
      <Welcome {...page} />
      <Features {...page} />
      <Section title="Reads">
        <p className="max-w-prose text-sm">
          Each read of this page is recorded, with the name of the reader.{" "}
          <Link href={list("reads")} className="underline underline-offset-2">
            Reads of this customer's data
          </Link>
        </p>
      </Section>
    </>
  );
}

export function CustomerPage() {
  const { id = "" } = useParams();
  const reading = useRead("/customers/{id}", { path: { id } });
  return (
    <Page
      title="Customer"
      lead="The balance, and what it is made of. Times are UTC."
    >
      <Known reading={reading} title="The customer" placeholder="h-[60rem]">
        {(page) => <Customer {...page} />}
      </Known>
    </Page>
  );
}
