import type { FraudDecision } from "@farthing/client";
import type { TableOf } from "../../parts/data-table.tsx";
import { Id, Moment } from "../../parts/figures.tsx";
import { Choice, Field, Filters, queryOf, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { useList } from "../../reads/use-list.ts";
import { CustomerLink, OrderLink } from "../links.tsx";
import { NewBlock } from "./new-block.tsx";

const DECISIONS: TableOf<FraudDecision> = {
  caption: "Decisions",
  keyOf: ({ id }) => id,
  empty: "No decisions. Each checkout, booking and automatic top-up is checked, and appears here.",
  columns: [
    { title: "Decided", cell: ({ decided_at }) => <Moment at={decided_at} /> },
    { title: "Of", cell: ({ action }) => wordsOf(action) },
    { title: "Outcome", cell: ({ outcome }) => <StateBadge state={outcome} /> },
    {
      title: "Reasons",
      cell: ({ reasons }) => reasons.length === 0 ? "none" : reasons.map(wordsOf).join(", "),
    },
    { title: "Customer", cell: ({ user_id }) => <CustomerLink id={user_id} /> },
    {
      title: "Order or booking",
      cell: ({ order_id, booking_id }) =>
        order_id === null ? <Id of={booking_id} /> : <OrderLink id={order_id} />,
    },
    {
      title: "IP address",
      cell: ({ ip_hash }) =>
        ip_hash === null ? "unknown" : (
          <NewBlock
            action="Block address"
            of={{ kind: "ip", value: ip_hash }}
          />
        ),
    },
  ],
};

export function DecisionsPage() {
  const query = useFilters("outcome", "user_id");
  const list = useList("/fraud/decisions", { query: queryOf(query) });
  return (
    <Page
      title="Fraud decisions"
      lead="Checkouts, bookings and top-ups that were allowed, flagged or refused, and why."
    >
      <Filters>
        <Choice
          name="outcome"
          label="Outcome"
          values={["allow", "refuse", "flag"]}
        />
        <Field name="user_id" label="User id" />
      </Filters>
      <ListTable list={list} filters={query} {...DECISIONS} />
    </Page>
  );
}
