import { Button } from "@/components/ui/button";
import type { List } from "../reads/use-list.ts";
import { DataTable, type TableOf } from "./data-table.tsx";
import { Known } from "./known.tsx";

interface ListTableProps<Item> extends TableOf<Item> {
  readonly list: List<Item>;
  /**
   * The filters that the page's address sets. If one is set, an empty table means that no item
   * matches.
   */
  readonly filters?: Readonly<Record<string, string | undefined>>;
}

/** Shows a list of the API as a table. A button loads further items. */
export function ListTable<Item>(
  { list, caption, filters = {}, empty, ...table }: ListTableProps<Item>,
) {
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  const { reading, hasMore, isLoadingMore, loadMore } = list;
  return (
    <Known reading={reading} title={caption}>
      {(items) => (
        <div className="grid justify-items-start gap-4 *:min-w-0 *:max-w-full">
          <div className="w-full">
            <DataTable
              caption={caption}
              items={items}
              empty={isFiltered ? "Nothing matches these filters." : empty}
              {...table}
            />
          </div>
          {hasMore && (
            <Button variant="outline" onClick={loadMore} aria-disabled={isLoadingMore}>
              {isLoadingMore ? "Loading…" : "Show more"}
            </Button>
          )}
        </div>
      )}
    </Known>
  );
}
