import { Field, Filters, queryOf, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { useList } from "../../reads/use-list.ts";
import { DISPUTES } from "./dispute-table.tsx";

export function DisputesPage() {
  const query = useFilters("status", "user_id", "order_id");
  const list = useList("/disputes", { query: queryOf(query) });
  return (
    <Page
      title="Disputes"
      lead="The next deadline comes first. Send the evidence in Stripe's dashboard."
    >
      <Filters>
        <Field name="status" label="State, as Stripe names it" />
        <Field name="user_id" label="User id" />
        <Field name="order_id" label="Order" />
      </Filters>
      <ListTable list={list} filters={query} {...DISPUTES} />
    </Page>
  );
}
