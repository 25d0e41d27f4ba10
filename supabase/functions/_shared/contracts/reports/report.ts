/** The query of a report, and the response around its rows. */
import { z } from "@hono/zod-openapi";
import { dayOf, TimestampOut } from "../time-fields.ts";

const Day = dayOf("Send a day as YYYY-MM-DD, for example 2026-11-21.")
  .openapi({ format: "date", example: "2026-11-21" });

/** A day in a response, in UTC. */
export const DayOut = z.string().openapi({ format: "date", example: "2026-11-21" });

/** The maximum number of rows in one JSON response. The data API has the same maximum. */
const MAX_ROWS = 1000;

const Rows = z.string().regex(
  /^[1-9]\d{0,3}$/,
  `limit must be a whole number from 1 to ${MAX_ROWS}.`,
)
  .transform(Number)
  .refine((value) => value <= MAX_ROWS, `limit must be a whole number from 1 to ${MAX_ROWS}.`);

/** The query of every report. */
export const ReportQuery = z.strictObject({
  from: Day.optional().openapi({
    description: "The first day, in UTC. By default the first day of the month of `to`.",
  }),
  to: Day.optional().openapi({
    description: "The last day, in UTC, included. By default today.",
  }),
  limit: Rows.default(MAX_ROWS).openapi({
    type: "integer",
    minimum: 1,
    maximum: MAX_ROWS,
    default: MAX_ROWS,
  }),
  cursor: z.string().min(1).max(500).optional(),
  format: z.enum(["json", "csv"]).optional(),
});

const Control = z.object({
  name: z.string(),
  report: z.string().nullable().openapi({ description: "The sum in the report." }),
  source: z.string().nullable().openapi({ description: "The same sum in the report's source." }),
  difference: z.string().nullable().openapi({ description: "0 if both sums agree." }),
}).openapi("ReportControl");

const Policy = z.object({
  name: z.string().openapi({ example: "bonus_allocation" }),
  version: z.int(),
  value: z.string().openapi({ example: "pro_rata" }),
}).openapi("ReportPolicy");

/**
 * Returns the schema of a report's response. `row` is the schema of one row. The totals have only
 * some of the columns of `row`: the columns by which the sums are grouped, and the columns with the
 * sums.
 */
export function reportOf<Row extends z.ZodObject>(row: Row) {
  return z.object({
    from: DayOut,
    to: DayOut,
    time_zone: z.literal("UTC"),
    as_of: TimestampOut,
    rows: z.array(row),
    totals: z.array(row.partial()).openapi({ description: "Sums over all rows of the range." }),
    controls: z.array(Control).openapi({
      description: "Sums of the report compared with the same sums of its source.",
    }),
    formulas: z.record(z.string(), z.string()).openapi({
      description: "How each column is computed, by the column's name.",
    }),
    policies: z.array(Policy).openapi({
      description: "The versions of the shop's policies that the figures depend on.",
    }),
    next_cursor: z.string().nullable().openapi({
      description: "The cursor of the next page of rows; null on the last page.",
    }),
  });
}

export type Report<Row extends z.ZodObject> = z.output<ReturnType<typeof reportOf<Row>>>;
