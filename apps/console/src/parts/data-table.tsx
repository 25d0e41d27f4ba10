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

export interface Column<Item> {
  readonly title: string;
  readonly cell: (item: Item) => ReactNode;
  /** Figures stand at the right edge. */
  readonly isFigure?: boolean;
}

/** How items are shown as a table, wherever they are read from. */
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

/** Only the region scrolls, because the keyboard reaches it. An id stays on one line. */
const LOOK = [
  "overflow-x-auto rounded-md border [&_code]:whitespace-nowrap",
  "*:data-[slot=table-container]:overflow-visible",
].join(" ");

/** A table that scrolls sideways by itself on a narrow screen, also by keyboard. */
export function DataTable<Item>({ caption, columns, items, keyOf, empty }: DataTableProps<Item>) {
  if (items.length === 0) return <p className="py-6 text-sm text-muted-foreground">{empty}</p>;
  return (
    <div
      role="region"
      aria-label={caption}
      tabIndex={0}
      className={LOOK}
    >
      <Table>
        <caption className="sr-only">{caption}</caption>
        <TableHeader>
          <TableRow>
            {columns.map(({ title, isFigure }) => (
              <TableHead key={title} scope="col" className={cn(isFigure && "text-right")}>
                {title}
              </TableHead>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>
          {items.map((item) => (
            <TableRow key={keyOf(item)}>
              {columns.map(({ title, cell, isFigure }) => (
                <TableCell key={title} className={cn(isFigure && "text-right tabular-nums")}>
                  {cell(item)}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}
