import { stripVTControlCharacters } from "node:util";

/**
 * A column: its heading, and the side on which its cells are aligned (numbers are easiest to read
 * when they are aligned to the right).
 */
export interface Column {
  title: string;
  align?: "left" | "right";
}

const GAP = "  ";

/**
 * Formats rows under aligned headings, ready to print. Colour codes in a cell do not count towards
 * its width. If every title is empty, the table has no heading line.
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
