/** Writes a report as CSV, with the same figures as its JSON. */
import type { z } from "@hono/zod-openapi";
import type { Report } from "../../contracts/reports/report.ts";
import { type Column, toCsv } from "../../core/csv.ts";

/**
 * The column that distinguishes rows from totals, so that a spreadsheet does not add the totals to
 * the rows.
 */
const RECORD: Column = { key: "record" };

/** Returns one page of rows; the last page ends with the totals of the whole range. */
export function reportToCsv<Row extends z.ZodObject>(
  { rows, totals, next_cursor }: Report<Row>,
  columns: readonly Column[],
  isFirst: boolean,
): string {
  const lines = [
    ...rows.map((row) => ({ record: "row", ...row })),
    ...next_cursor === null ? totals.map((total) => ({ record: "total", ...total })) : [],
  ];
  return toCsv(lines, [RECORD, ...columns], isFirst);
}
