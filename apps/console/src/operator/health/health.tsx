import type { HealthReport } from "@farthing/client";
import { Link } from "wouter";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { durationOf } from "../../parts/durations.ts";
import { percentOf } from "../../parts/decimal-units.ts";
import { Moment, None } from "../../parts/figures.tsx";
import { useFilters } from "../../parts/filters.tsx";
import { Known } from "../../parts/known.tsx";
import { Page, Section } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { useRead } from "../../reads/use-read.ts";
import { BudgetLeft } from "../../parts/budget-left.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { Hours } from "./metric-by-hour.tsx";

type Route = HealthReport["windows"]["24h"]["routes"][number];
type Burn = HealthReport["burns"][number];
type Deep = HealthReport["deep"][number];

const ms = (value: number | null) => value === null ? <None /> : `${value} ms`;

const ROUTES: readonly Column<Route>[] = [
  {
    title: "Route",
    cell: ({ route }) => <code className="text-xs">{route}</code>,
  },
  { title: "Requests", isFigure: true, cell: ({ requests }) => requests },
  { title: "Errors", isFigure: true, cell: ({ errors }) => errors },
  { title: "p50", isFigure: true, cell: ({ p50_ms }) => ms(p50_ms) },
  { title: "p95", isFigure: true, cell: ({ p95_ms }) => ms(p95_ms) },
  { title: "p99", isFigure: true, cell: ({ p99_ms }) => ms(p99_ms) },
];

const WINDOWS = ["5m", "1h", "24h"] as const;

function Durations({ windows }: HealthReport) {
  const { window = "24h" } = useFilters("window");
  const name = WINDOWS.find((each) => each === window) ?? "24h";
  const { all, routes } = windows[name];
  return (
    <Section title={`Durations by route, last ${name}`}>
      <nav aria-label="Time windows" className="flex gap-4 text-sm">
        {WINDOWS.map((each) => (
          <Link
            key={each}
            href={`/health?window=${each}`}
            aria-current={each === name}
            className="underline aria-[current=true]:font-semibold aria-[current=true]:no-underline"
          >
            {each}
          </Link>
        ))}
      </nav>
      <DataTable
        caption="Durations by route"
        columns={ROUTES}
        items={[{ route: "all routes", ...all }, ...routes]}
        keyOf={({ route }) => route}
        empty=""
      />
    </Section>
  );
}

const BURNS: readonly Column<Burn>[] = [
  { title: "Promise", cell: ({ slo }) => wordsOf(slo) },
  {
    title: "Long window",
    isFigure: true,
    cell: ({ long_minutes }) => durationOf(long_minutes * 60),
  },
  { title: "Burn", isFigure: true, cell: ({ long_burn }) => long_burn },
  {
    title: "Short window",
    isFigure: true,
    cell: ({ short_minutes }) => durationOf(short_minutes * 60),
  },
  { title: "Burn in it", isFigure: true, cell: ({ short_burn }) => short_burn },
  { title: "Alert from", isFigure: true, cell: ({ factor }) => factor },
  {
    title: "State",
    cell: ({ burns }) => <StateBadge state={burns ? "burns" : "ok"} />,
  },
];

function Budgets({ slo, budget_left, burns }: HealthReport) {
  const promises = {
    available: `${percentOf(String(slo.available))} of requests without a server error`,
    fast: `${percentOf(String(slo.fast))} of requests within ${slo.fast_ms} ms`,
  };
  return (
    <Section title={`Error budgets of ${slo.budget_days} days`}>
      <ul className="grid gap-2 text-sm">
        {(["available", "fast"] as const).map((name) => (
          <li key={name}>
            {`${promises[name]}. Left of the budget: `}
            <BudgetLeft left={budget_left[name]} />
          </li>
        ))}
      </ul>
      <p className="text-sm text-muted-foreground">
        {`At a burn of 1 the budget lasts exactly ${slo.budget_days} days.`}
      </p>
      <DataTable
        caption="Burn of the error budgets"
        columns={BURNS}
        items={burns}
        keyOf={({ slo, factor }) => `${slo} ${factor}`}
        empty="No burn is known yet."
      />
    </Section>
  );
}

const DEEP: readonly Column<Deep>[] = [
  { title: "Check", cell: ({ name }) => name },
  { title: "Outcome", cell: ({ outcome }) => <StateBadge state={outcome} /> },
  { title: "Code", cell: ({ code }) => code ?? <None /> },
  {
    title: "Took",
    isFigure: true,
    cell: ({ duration_ms }) => `${duration_ms} ms`,
  },
  { title: "Checked", cell: ({ checked_at }) => <Moment at={checked_at} /> },
  { title: "Last success", cell: ({ ok_at }) => <Moment at={ok_at} /> },
];

/**
 * Shows the durations of requests, the error budgets, and how long other services and jobs take.
 * Also shows the paid checks: checks that call external services and cost money.
 */
export function HealthPage() {
  const reading = useRead("/health", {}, { everyMs: 30_000 });
  return (
    <Page title="Health" lead="Updated every 30 seconds. Times are UTC.">
      <Known
        reading={reading}
        title="The health of the service"
        placeholder="h-96"
      >
        {(report) => (
          <div className="grid gap-6 *:min-w-0">
            <p className="text-sm text-muted-foreground">
              As of <Moment at={report.as_of} />
              {report.stale &&
                ". The database is unavailable, so these figures are old."}
            </p>
            <Budgets {...report} />
            <Durations {...report} />
            <Section title="Paid checks">
              <DataTable
                caption="Paid checks"
                columns={DEEP}
                items={report.deep}
                keyOf={({ name }) => name}
                empty="No check has run yet. The checks run each hour, at 17 minutes past."
              />
            </Section>
          </div>
        )}
      </Known>
      <Hours
        name="outside_call"
        title="Other services"
        caption="95th percentile of calls by the hour, in ms"
        figure="p95"
        empty="No other service was called in the last 24 hours."
      />
      <Hours
        name="job"
        title="Job times"
        caption="95th percentile from the start of a job to its end, by the hour, in ms"
        figure="p95"
        empty="No job has ended in the last 24 hours."
      />
    </Page>
  );
}
