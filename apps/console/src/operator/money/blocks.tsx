import { Field, Filters, queryOf, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { useList } from "../../reads/use-list.ts";
import { BLOCKS } from "./block-table.tsx";
import { NewBlock } from "./new-block.tsx";

export function BlocksPage() {
  const query = useFilters("user_id");
  const list = useList("/fraud/blocked", { query: queryOf(query) });
  return (
    <Page
      title="Blocks"
      lead="Users, IP addresses and cards that can't buy, book or be topped up."
      actions={<NewBlock action="Block" />}
    >
      <Filters>
        <Field name="user_id" label="User id" />
      </Filters>
      <ListTable list={list} filters={query} {...BLOCKS} />
    </Page>
  );
}
