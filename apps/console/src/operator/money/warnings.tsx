import { Choice, Field, Filters, queryOf, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { useList } from "../../reads/use-list.ts";
import { WARNINGS } from "./warning-table.tsx";

export function WarningsPage() {
  const query = useFilters("state", "user_id");
  const list = useList("/fraud/warnings", { query: queryOf(query) });
  return (
    <Page
      title="Fraud warnings"
      lead="Credits of an open warning are frozen: refund the payment, or clear the warning."
    >
      <Filters>
        <Choice
          name="state"
          label="State"
          values={["open", "cleared", "refunded"]}
        />
        <Field name="user_id" label="User id" />
      </Filters>
      <ListTable list={list} filters={query} {...WARNINGS} />
    </Page>
  );
}
