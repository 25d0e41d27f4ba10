import { stripVTControlCharacters } from "node:util";

/** A column: its heading, and the side its cells lean to (numbers read best at the right). */
export interface Column {
  title: string;
  align?: "left" | "right";
}

const GAP = "  ";

/**
 * Rows under aligned headings, ready to print. Cells may be coloured: their width is what one sees.
 * Columns without any title make a table without a heading line.
 */
export function formatTable(columns: Column[], rows: string[][]): string {
  const heading = columns.map(({ title }) => title);
  const lines = heading.some((title) => title !== "") ? [heading, ...rows] : rows;
  const widths = columns.map((_, at) => Math.max(0, ...lines.map((line) => width(line[at] ?? ""))));
  return lines
    .map((line) =>
      columns
        .map(({ align }, at) => pad(line[at] ?? "", widths[at] ?? 0, align ?? "left"))
        .join(GAP)
        .trimEnd()
    )
    .join("\n");
}

const width = (cell: string): number => stripVTControlCharacters(cell).length;

function pad(cell: string, to: number, align: "left" | "right"): string {
  const fill = " ".repeat(Math.max(0, to - width(cell)));
  return align === "left" ? cell + fill : fill + cell;
}
