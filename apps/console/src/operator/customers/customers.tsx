import type { FoundCustomer } from "@farthing/client";
import { Link } from "wouter";
import type { Column } from "../../parts/data-table.tsx";
import { Credits, Moment } from "../../parts/figures.tsx";
import { Field, Filters, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { useList } from "../../reads/use-list.ts";

const COLUMNS: readonly Column<FoundCustomer>[] = [
  {
    title: "Customer",
    cell: ({ id, email }) => (
      <Link href={`/customers/${id}`} className="underline underline-offset-2">
        {email ?? id}
      </Link>
    ),
  },
  { title: "Found by", cell: ({ matched_by }) => wordsOf(matched_by) },
  {
    title: "Balance",
    isFigure: true,
    cell: ({ balance }) => <Credits of={balance} />,
  },
  {
    title: "Available",
    isFigure: true,
    cell: ({ available }) => <Credits of={available} />,
  },
  { title: "Debt", isFigure: true, cell: ({ debt }) => <Credits of={debt} /> },
  { title: "Since", cell: ({ created_at }) => <Moment at={created_at} /> },
  {
    title: "Deleted",
    cell: ({ left_at }) => left_at === null ? "no" : <Moment at={left_at} />,
  },
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
      lead="Search by email address, by id (user, order, payment, refund, booking, job), or by Stripe id."
    >
      <Filters>
        <Field name="q" type="search" label="Email address or id" />
      </Filters>
      {q === undefined
        ? (
          <p className="text-sm text-muted-foreground">
            The customers that match appear here.
          </p>
        )
        : <Found q={q} />}
    </Page>
  );
}
