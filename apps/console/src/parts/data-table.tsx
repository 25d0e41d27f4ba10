import type { ReactNode } from "react";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import { cn } from "./class-names.ts";
import { watchScrollEdges } from "./scroll-edges.ts";

export interface Column<Item> {
  readonly title: string;
  readonly cell: (item: Item) => ReactNode;
  /** Figures are aligned to the right. */
  readonly isFigure?: boolean;
}

/** Describes how items are shown as a table, independent of where the items are read from. */
export interface TableOf<Item> {
  /** Names the rows for screen readers. The page's heading names them for everybody else. */
  readonly caption: string;
  readonly columns: readonly Column<Item>[];
  readonly keyOf: (item: Item) => string | number;
  /** Says that there are no rows. */
  readonly empty: ReactNode;
}

interface DataTableProps<Item> extends TableOf<Item> {
  readonly items: readonly Item[];
}

/**
 * The region around the table scrolls, and not the table's own container, because only the region
 * can have the focus. An id stays on one line.
 */
const LOOK = [
  "table-or-cards overflow-x-auto rounded-md border [&_code]:whitespace-nowrap",
  "*:data-[slot=table-container]:overflow-visible",
].join(" ");

/**
 * A table in its own region. Only the region scrolls sideways, and not the rest of the page. The
 * region can also be scrolled by keyboard. On a phone the style sheet turns each row into a card.
 * The explicit roles tell screen readers that this is a table, because a browser drops the role of
 * a table element whose `display` is changed.
 */
export function DataTable<Item>({ caption, columns, items, keyOf, empty }: DataTableProps<Item>) {
  if (items.length === 0) return <p className="py-6 text-sm text-muted-foreground">{empty}</p>;
  return (
    <div
      role="region"
      aria-label={caption}
      tabIndex={0}
      ref={watchScrollEdges}
      className={LOOK}
    >
      <Table role="table">
        <caption className="sr-only">{caption}</caption>
        <TableHeader role="rowgroup">
          <TableRow role="row">
            {columns.map(({ title, isFigure }) => (
              <TableHead
                key={title}
                role="columnheader"
                scope="col"
                className={cn(isFigure && "text-right")}
              >
                {title}
              </TableHead>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody role="rowgroup">
          {items.map((item) => (
            <TableRow key={keyOf(item)} role="row">
              {columns.map(({ title, cell, isFigure }) => (
                <TableCell
                  key={title}
                  role="cell"
                  data-title={title}
                  className={cn(isFigure && "text-right tabular-nums")}
                >
                  <div>{cell(item)}</div>
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}
