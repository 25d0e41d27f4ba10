import type { Input } from "@farthing/client";
import { Button } from "@/components/ui/button";
import { Chart } from "../../parts/chart/chart.tsx";
import { CsvButton } from "../../parts/csv-button.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { DayFilters } from "../../parts/day-filters.tsx";
import type { NamedChart } from "../../parts/chart/series.ts";
import { useFilters } from "../../parts/filters.tsx";
import { Known } from "../../parts/known.tsx";
import { Page, Section } from "../../parts/page.tsx";
import { columnsOf, type ReportColumn } from "../../parts/report-figures.tsx";
import { type MoreRows, type ReportPath, type RowOf, useReport } from "../../reads/use-report.ts";
import { Controls, Formulas, Policies, Range } from "./report-parts.tsx";
import type { ReportSpec } from "./report-spec.ts";

const keyOf = (row: object) => JSON.stringify(row);

interface RowsProps<Row extends object> {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly totals: readonly Partial<Row>[];
  readonly columns: readonly ReportColumn<Row>[];
  readonly empty: string;
}

/** The totals of the whole range, and the rows. */
function Rows<Row extends object>({ title, rows, totals, columns, empty }: RowsProps<Row>) {
  const summed = columns.filter(({ key }) => totals.some((total) => total[key] !== undefined));
  return (
    <>
      {totals.length > 0 && (
        <Section title="Totals">
          <DataTable
            caption={`${title}: totals`}
            columns={columnsOf(summed)}
            items={totals}
            keyOf={keyOf}
            empty=""
          />
        </Section>
      )}
      <Section title="Rows">
        <DataTable
          caption={title}
          columns={columnsOf(columns)}
          items={rows as readonly Partial<Row>[]}
          keyOf={keyOf}
          empty={empty}
        />
      </Section>
    </>
  );
}

/** A button that reads the next rows. */
export function More({ hasMore, isLoadingMore, loadMore }: MoreRows) {
  if (!hasMore) return null;
  return (
    <div>
      <Button variant="outline" onClick={loadMore} aria-disabled={isLoadingMore}>
        {isLoadingMore ? "Loading…" : "Show more"}
      </Button>
    </div>
  );
}

interface ChartsProps extends MoreRows {
  readonly charts: readonly NamedChart[];
}

/** The charts, once all rows are loaded. Charts of only the first rows would show wrong figures. */
function Charts({ charts, hasMore, isLoadingMore, loadAll }: ChartsProps) {
  if (charts.length === 0) return null;
  if (!hasMore) return charts.map((chart) => <Chart key={chart.caption} {...chart} />);
  return (
    <div className="flex flex-wrap items-center gap-4 rounded-md border p-4">
      <p className="text-sm">
        Charts are drawn from all rows, and so far only the first are loaded.
      </p>
      <Button variant="outline" onClick={loadAll} aria-disabled={isLoadingMore}>
        {isLoadingMore ? "Loading…" : "Load all rows"}
      </Button>
    </div>
  );
}

/**
 * A report: its controls, charts, totals, rows and formulas, for the range of days in the page's
 * address.
 */
export function ReportPage<P extends ReportPath>({ spec }: { readonly spec: ReportSpec<P> }) {
  const { path, title, lead, columns, charts, filters = [], fields, isShown, empty } = spec;
  const query = useFilters("from", "to", ...filters);
  const input = { query } as Input<"get", P>;
  const { reading, ...more } = useReport(path, input);
  const fileName = `${path.split("/").at(-1)}.csv`;
  return (
    <Page
      title={title}
      lead={lead}
      actions={<CsvButton path={path} input={input} fileName={fileName} />}
    >
      <DayFilters>{fields}</DayFilters>
      <Known reading={reading} title={title} placeholder="h-96">
        {(report) => {
          const rows = report.rows.filter(isShown ?? (() => true));
          return (
            <div className="grid gap-6 *:min-w-0">
              <Range report={report} />
              <Controls controls={report.controls} />
              <Charts charts={charts?.(rows, query) ?? []} {...more} />
              <Rows<RowOf<P>> {...{ title, rows, columns, empty }} totals={report.totals} />
              <More {...more} />
              <Policies policies={report.policies} />
              <Formulas formulas={report.formulas} />
            </div>
          );
        }}
      </Known>
    </Page>
  );
}
