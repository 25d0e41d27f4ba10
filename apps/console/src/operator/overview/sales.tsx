/**
 * The sales figures on the overview page. They come from three reports: revenue, metrics and
 * funnel.
 */
import type { FunnelRow, MetricRow } from "@farthing/client";
import { None } from "../../parts/figures.tsx";
import { percentOf } from "../../parts/decimal-units.ts";
import { formatCredits } from "@/lib/farthing-format";
import { Chart } from "../../parts/chart/chart.tsx";
import { Known } from "../../parts/known.tsx";
import { Section } from "../../parts/page.tsx";
import { measureOf } from "../../parts/report-figures.tsx";
import { titleOf, wordsOf } from "../../parts/api-names.ts";
import { Line, Tile, Tiles } from "../../parts/tiles.tsx";
import { useRead } from "../../reads/use-read.ts";
import { useWholeReport } from "../../reads/use-report.ts";
import { netRevenueCharts } from "../../parts/chart/money-charts.ts";

export interface Days {
  readonly from?: string;
  readonly to?: string;
}

const TITLES: Readonly<Partial<Record<string, string>>> = {
  application_fee_capture: "Capture of booking fees",
};

/** The metrics of the overview, in this order. */
const NAMES = [
  "gmv",
  "net_revenue",
  "take_rate",
  "arpu",
  "conversion",
  "application_fee_capture",
] as const;

/** Names what a row of the metrics measures, such as "credits, USD". */
function subjectOf({ product_line, currency }: MetricRow): string {
  const line = product_line === null ? "both lines" : wordsOf(product_line);
  return currency === null ? line : `${line}, ${currency.toUpperCase()}`;
}

function Metric(
  { name, rows }: {
    readonly name: string;
    readonly rows: readonly MetricRow[];
  },
) {
  return (
    <Tile title={TITLES[name] ?? titleOf(name)} href="/reports/metrics">
      {rows.length === 0 && <p className="text-sm text-muted-foreground">No sale in this range.</p>}
      {rows.map((row) => (
        <Line key={subjectOf(row)} name={subjectOf(row)}>
          {row.value === null ? <None /> : measureOf(row.value, row)}
        </Line>
      ))}
    </Tile>
  );
}

export function Metrics({ days }: { readonly days: Days }) {
  const reading = useWholeReport("/reports/metrics", { query: days }, { readsOnFocus: true });
  return (
    <Section title="Metrics">
      <Known reading={reading} title="The metrics" placeholder="h-80">
        {({ rows }) => (
          <Tiles>
            {NAMES.map((name) => (
              <Metric
                key={name}
                name={name}
                rows={rows.filter((row) => row.name === name)}
              />
            ))}
            <Funnel days={days} />
          </Tiles>
        )}
      </Known>
    </Section>
  );
}

const STEPS = ["packages_seen", "checkouts", "paid", "paid_share"] as const;

/** Formats a step of the funnel. If the report has no figure for the step, shows "none". */
function stepOf(total: Partial<FunnelRow>, step: typeof STEPS[number]) {
  const value = total[step] ?? null;
  if (value === null) return <None />;
  return step === "paid_share" ? percentOf(String(value)) : formatCredits(String(value));
}

function Funnel({ days }: { readonly days: Days }) {
  const reading = useRead("/reports/funnel", { query: days }, { readsOnFocus: true });
  return (
    <Tile title="Funnel" href="/reports/funnel">
      <Known reading={reading} title="The funnel" placeholder="h-20">
        {({ totals: [total] }) =>
          total === undefined
            ? (
              <p className="text-sm text-muted-foreground">
                Nobody saw the packages yet.
              </p>
            )
            : STEPS.map((step) => <Line key={step} name={wordsOf(step)}>{stepOf(total, step)}
            </Line>)}
      </Known>
    </Tile>
  );
}

export function Revenue({ days }: { readonly days: Days }) {
  const reading = useWholeReport("/reports/revenue", { query: days }, { readsOnFocus: true });
  return (
    <Section title="Revenue by product line">
      <Known reading={reading} title="The revenue" placeholder="h-96">
        {({ rows }) =>
          rows.length === 0
            ? (
              <p className="text-sm text-muted-foreground">
                There are no sales in this range. Each day with a payment appears here.
              </p>
            )
            : (
              <div className="grid gap-4 *:min-w-0">
                {netRevenueCharts(rows).map((chart) => <Chart key={chart.caption} {...chart} />)}
              </div>
            )}
      </Known>
    </Section>
  );
}
