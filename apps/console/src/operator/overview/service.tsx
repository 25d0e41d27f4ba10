/** The figures of the service on the overview: KPIs, error budgets, durations and open alerts. */
import type { Alert, HealthReport, KpiRow } from "@farthing/client";
import { Link } from "wouter";
import { type Column } from "../../parts/data-table.tsx";
import { BudgetLeft } from "../../parts/budget-left.tsx";
import { roughSecondsOf } from "../../parts/durations.ts";
import { Moment, None } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Section } from "../../parts/page.tsx";
import { measureOf } from "../../parts/report-figures.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { Line, Tile, Tiles } from "../../parts/tiles.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { useList } from "../../reads/use-list.ts";
import { useRead } from "../../reads/use-read.ts";
import { useWholeReport } from "../../reads/use-report.ts";
import type { Days } from "./sales.tsx";

/** The key figures of the overview, by their names in the report. */
const KPIS = {
  "Time to first dollar": {
    time_to_first_dollar_p50: "median",
    time_to_first_dollar_p95: "95th percentile",
  },
  "Webhook success": {
    webhook_received: "Stripe to the inbox",
    webhook_applied: "inbox to the ledger",
    notification_sent: "ledger to the customer",
  },
} as const;

/** Says whether a share reaches its target. A figure that is not a share gets no verdict. */
function verdictOf({ value, target, unit }: KpiRow) {
  if (value === null || target === null || unit !== "share") return null;
  return <StateBadge state={Number(value) >= Number(target) ? "within" : "below"} />;
}

function Kpi(
  { row, name }: { readonly row: KpiRow | undefined; readonly name: string },
) {
  if (row === undefined || row.value === null) {
    return <Line name={name}>{<None />}</Line>;
  }
  const exact = measureOf(row.value, row);
  return (
    <Line name={name}>
      {row.unit === "s" ? <span title={exact}>{roughSecondsOf(row.value)}</span> : exact}{" "}
      {verdictOf(row)}
    </Line>
  );
}

function KpiTiles({ days }: { readonly days: Days }) {
  const reading = useWholeReport("/reports/kpis", { query: days }, { readsOnFocus: true });
  return Object.entries(KPIS).map(([title, names]) => (
    <Tile key={title} title={title} href="/reports/kpis">
      <Known reading={reading} title={title} placeholder="h-20">
        {({ rows }) =>
          Object.entries(names).map(([name, words]) => (
            <Kpi
              key={name}
              name={words}
              row={rows.find((row) => row.name === name && row.label === null)}
            />
          ))}
      </Known>
    </Tile>
  ));
}

const OBJECTIVES = {
  available: "without an error",
  fast: "fast enough",
} as const;
type Objective = keyof typeof OBJECTIVES;

const Budget = ({ budget_left }: HealthReport) =>
  Object.keys(OBJECTIVES).map((name) => (
    <Line key={name} name={OBJECTIVES[name as Objective]}>
      <BudgetLeft left={budget_left[name as Objective]} />
    </Line>
  ));

function Durations({ windows }: HealthReport) {
  const { p50_ms, p95_ms, p99_ms } = windows["24h"].all;
  return Object.entries({ p50: p50_ms, p95: p95_ms, p99: p99_ms }).map((
    [name, ms],
  ) => <Line key={name} name={name}>{ms === null ? <None /> : `${ms} ms`}</Line>);
}

const OF_HEALTH = {
  "Error budget of 30 days": Budget,
  "Durations of requests, last 24 hours": Durations,
} as const;

export function Service({ days }: { readonly days: Days }) {
  const reading = useRead("/health", {}, { everyMs: 30_000 });
  return (
    <Section title="Service">
      <Tiles>
        <KpiTiles days={days} />
        {Object.entries(OF_HEALTH).map(([title, Figures]) => (
          <Tile key={title} title={title} href="/health">
            <Known reading={reading} title={title} placeholder="h-20">
              {(report) => <Figures {...report} />}
            </Known>
          </Tile>
        ))}
      </Tiles>
    </Section>
  );
}

const ALERTS: readonly Column<Alert>[] = [
  {
    title: "Severity",
    cell: ({ severity }) => <StateBadge state={severity} />,
  },
  { title: "Alert", cell: ({ rule }) => wordsOf(rule) },
  { title: "What", cell: ({ summary }) => summary },
  { title: "Since", cell: ({ fired_at }) => <Moment at={fired_at} /> },
];

export function OpenAlerts() {
  const list = useList("/alerts", { query: { state: "open" } }, { readsOnFocus: true });
  return (
    <Section title="Open alerts">
      <ListTable
        list={list}
        caption="Open alerts"
        columns={ALERTS}
        keyOf={({ id }) => id}
        empty="No alert is open."
      />
      <p>
        <Link href="/alerts" className="underline">
          All alerts, with their runbooks
        </Link>
      </p>
    </Section>
  );
}
