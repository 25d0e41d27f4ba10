import { Choice, Field, Filters, queryOf, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { useList } from "../../reads/use-list.ts";
import { GRANTS } from "./grant-table.tsx";

const STATES = ["pending", "granted", "declined", "expired"];

export function GrantsPage() {
  const query = useFilters("status", "user_id");
  const list = useList("/credits/grants", { query: queryOf(query) });
  return (
    <Page
      title="Grants"
      lead="Credits given by hand. Open a pending grant to confirm or decline it."
    >
      <Filters>
        <Choice name="status" label="State" values={STATES} />
        <Field name="user_id" label="User id" />
      </Filters>
      <ListTable list={list} filters={query} {...GRANTS} />
    </Page>
  );
}
