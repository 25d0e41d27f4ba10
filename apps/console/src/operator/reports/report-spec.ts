/** The description of a report's page. */
import type { ReactNode } from "react";
import type { NamedChart } from "../../parts/chart/series.ts";
import type { ReportColumn } from "../../parts/report-figures.tsx";
import type { ReportPath, RowOf } from "../../reads/use-report.ts";

export interface ReportSpec<P extends ReportPath> {
  readonly path: P;
  readonly title: string;
  /** The question that the report answers. */
  readonly lead: string;
  readonly columns: readonly ReportColumn<RowOf<P>>[];
  /** Whether this page shows a row; by default it shows all rows. */
  readonly isShown?: (row: RowOf<P>) => boolean;
  /** @param query the filters in the page's address */
  readonly charts?: (
    rows: readonly RowOf<P>[],
    query: { readonly [filter: string]: string | undefined },
  ) => readonly NamedChart[];
  /**
   * The filters besides the range of days: `filters` has their names, and `fields` has their form
   * fields.
   */
  readonly filters?: readonly string[];
  readonly fields?: ReactNode;
  /** The text of an empty report: says what will appear here, and when. */
  readonly empty: string;
}
