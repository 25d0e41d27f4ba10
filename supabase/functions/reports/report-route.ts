/** Declares a report: one route that answers with a page as JSON, or with all rows as CSV. */
import type { z } from "@hono/zod-openapi";
import type { Database } from "../_shared/adapters/database/database.ts";
import { type Report, reportOf, ReportQuery } from "../_shared/contracts/reports/report.ts";
import { withOwnTime } from "../_shared/core/deadline.ts";
import type { Column } from "../_shared/core/csv.ts";
import { reportToCsv } from "../_shared/domain/reports/report-csv.ts";
import { CSV_TYPE, streamCsv, wantsCsv } from "../_shared/http/reply/csv.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";

/** The arguments of a report's database function. */
export interface ReportArgs {
  readonly p_from: string | undefined;
  readonly p_to: string | undefined;
  readonly p_after: string | undefined;
  readonly p_limit: number;
}

interface Declaration<Row extends z.ZodObject, Query extends typeof ReportQuery> {
  /** The last part of the path `/reports/…`, and the name of the CSV file. */
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** The schema of the query; needed only if the query has fields besides the days and the page. */
  readonly query?: Query;
  readonly row: Row;
  /** The columns of the CSV: every field of the row, in the order of the file. */
  readonly columns: readonly Column<Extract<keyof z.output<Row>, string>>[];
  readonly read: (
    database: Database,
    args: ReportArgs,
    query: z.output<Query>,
  ) => Promise<Report<Row>>;
}

const CSV_ROWS = 1000;

/** Yields the report as CSV, page by page: the rows, then the totals. */
export async function* csvPages<Row extends z.ZodObject>(
  columns: readonly Column[],
  read: (page: Pick<ReportArgs, "p_after" | "p_limit">) => Promise<Report<Row>>,
): AsyncGenerator<string> {
  let after: string | undefined;
  do {
    const page = { p_after: after, p_limit: CSV_ROWS };
    const report = await withOwnTime(() => read(page));
    yield reportToCsv(report, columns, after === undefined);
    after = report.next_cursor ?? undefined;
  } while (after !== undefined);
}

export function reportRoute<
  Row extends z.ZodObject,
  Query extends typeof ReportQuery = typeof ReportQuery,
>(declaration: Declaration<Row, Query>) {
  return defineRoute({
    method: "get",
    path: `/${declaration.name}`,
    summary: declaration.summary,
    description: `${declaration.description} ` +
      "`format=csv` or `Accept: text/csv` streams all rows and then the totals.",
    who: ["operator"],
    limit: "default",
    idempotent: false,
    query: (declaration.query ?? ReportQuery) as Query,
    responses: { 200: reportOf(declaration.row) },
    alsoProduces: [CSV_TYPE],
    handler: async ({ query, headers, context, services }) => {
      const read = (page: Pick<ReportArgs, "p_after" | "p_limit">) =>
        declaration.read(
          services.database,
          { p_from: query.from, p_to: query.to, ...page },
          query,
        );
      if (wantsCsv(query.format, headers)) {
        const pages = csvPages(declaration.columns, read);
        return await streamCsv(`${declaration.name}.csv`, pages, context);
      }
      return ok(await read({ p_after: query.cursor, p_limit: query.limit }));
    },
  });
}
