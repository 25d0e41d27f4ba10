import { Choice, Field, Filters, queryOf, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { useList } from "../../reads/use-list.ts";
import { REFUNDS } from "./refund-table.tsx";

const STATES = [
  "pending",
  "requires_action",
  "succeeded",
  "failed",
  "canceled",
];

export function RefundsPage() {
  const query = useFilters("status", "user_id", "order_id", "booking_id");
  const list = useList("/refunds", { query: queryOf(query) });
  return (
    <Page
      title="Refunds"
      lead="Money that went back. To refund an order, open it or its customer's page."
    >
      <Filters>
        <Choice name="status" label="State" values={STATES} />
        <Field name="user_id" label="User id" />
        <Field name="order_id" label="Order" />
        <Field name="booking_id" label="Booking" />
      </Filters>
      <ListTable list={list} filters={query} {...REFUNDS} />
    </Page>
  );
}
