import type { FoundCustomer } from "@farthing/client";
import { Link } from "wouter";
import type { Column } from "../../parts/data-table.tsx";
import { Credits, Moment } from "../../parts/figures.tsx";
import { Field, Filters, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { useList } from "../../reads/use-list.ts";

const COLUMNS: readonly Column<FoundCustomer>[] = [
  {
    title: "Customer",
    cell: ({ id, email }) => (
      <Link href={`/customers/${id}`} className="underline">{email ?? id}</Link>
    ),
  },
  { title: "Available", isFigure: true, cell: ({ available }) => <Credits of={available} /> },
  { title: "Debt", isFigure: true, cell: ({ debt }) => <Credits of={debt} /> },
  { title: "Since", cell: ({ created_at }) => <Moment at={created_at} /> },
];

function Found({ q }: { readonly q: string }) {
  const list = useList("/customers", { query: { q } });
  return (
    <ListTable
      list={list}
      caption="Customers"
      columns={COLUMNS}
      keyOf={({ id }) => id}
      empty="No customer has this email address or id."
    />
  );
}

export function CustomersPage() {
  const { q } = useFilters("q");
  return (
    <Page
      title="Customers"
      lead="Find a customer by email address, user id, order, payment, or an id of Stripe."
    >
      <Filters>
        <Field name="q" type="search" label="Email address or id" />
      </Filters>
      {q !== undefined && <Found q={q} />}
    </Page>
  );
}
