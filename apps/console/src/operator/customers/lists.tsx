/** The pages that show a customer's complete lists, one page for each kind of record. */
import type { ComponentType } from "react";
import type { Input, ItemOf, ListPath } from "@farthing/client";
import { ENTRY_KINDS } from "@/lib/farthing-format";
import { useParams } from "wouter";
import { DataTable, type TableOf } from "../../parts/data-table.tsx";
import { Choice, Field, Filters, queryOf, useFilters } from "../../parts/filters.tsx";
import { Known } from "../../parts/known.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { useList } from "../../reads/use-list.ts";
import { useRead } from "../../reads/use-read.ts";
import { CustomerLink } from "../links.tsx";
import { ENTRIES } from "./entry-table.tsx";
import { ORDERS } from "./order-table.tsx";
import { ALL_LOTS, BOOKINGS, JOBS, NOTIFICATIONS, READS } from "./tables.tsx";

interface OfCustomer {
  readonly id: string;
}

/** Makes the component that shows one of the API's lists, for one customer. */
function wholeOf<P extends ListPath>(
  path: P,
  table: TableOf<ItemOf<P>>,
): ComponentType<OfCustomer> {
  return function Whole({ id }) {
    const list = useList(path, { query: { user_id: id } } as Input<"get", P>);
    return <ListTable list={list} {...table} />;
  };
}

function Entries({ id }: OfCustomer) {
  const { from, to, ...query } = useFilters("kind", "from", "to");
  const list = useList("/credits/entries", {
    query: queryOf({
      user_id: id,
      ...query,
      ...from && { from: `${from}T00:00:00Z` },
      ...to && { to: `${to}T00:00:00Z` },
    }),
  });
  return (
    <>
      <Filters>
        <Choice name="kind" label="Kind" values={ENTRY_KINDS} />
        <Field name="from" type="date" label="From (day, UTC)" />
        <Field name="to" type="date" label="Before (day, UTC)" />
      </Filters>
      <ListTable list={list} filters={{ from, to, ...query }} {...ENTRIES} />
    </>
  );
}

function Lots({ id }: OfCustomer) {
  const reading = useRead("/credits", { query: { user_id: id } });
  return (
    <Known reading={reading} title="The lots">
      {({ lots = [] }) => <DataTable {...ALL_LOTS} items={lots} />}
    </Known>
  );
}

function Reads({ id }: OfCustomer) {
  const list = useList("/customers/{id}/reads", { path: { id } });
  return <ListTable list={list} {...READS} />;
}

interface CustomerList {
  readonly title: string;
  readonly Whole: ComponentType<OfCustomer>;
}

const LISTS: Readonly<Partial<Record<string, CustomerList>>> = {
  entries: { title: "All changes of the balance", Whole: Entries },
  lots: { title: "All lots", Whole: Lots },
  orders: { title: "All orders", Whole: wholeOf("/checkout/orders", ORDERS) },
  bookings: { title: "All bookings", Whole: wholeOf("/bookings", BOOKINGS) },
  jobs: { title: "All jobs", Whole: wholeOf("/jobs", JOBS) },
  notifications: {
    title: "All notifications",
    Whole: wholeOf("/notifications", NOTIFICATIONS),
  },
  reads: { title: "Reads of this customer's data", Whole: Reads },
};

export function CustomerListPage() {
  const { id = "", list = "" } = useParams();
  const found = LISTS[list];
  return (
    <Page
      title={found?.title ?? "There is no such list"}
      lead={
        <>
          of customer <CustomerLink id={id} />
        </>
      }
    >
      {found && <found.Whole id={id} />}
    </Page>
  );
}
