/** The reports about usage: models, credits, the funnel, key figures and authors. */
import { formatCredits } from "@/lib/farthing-format";
import { pivot } from "../../parts/chart/series.ts";
import { Choice, Field } from "../../parts/filters.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import type { RowOf } from "../../reads/use-report.ts";
import { ReportPage } from "./report-page.tsx";
import type { ReportSpec } from "./report-spec.ts";

const GROUPS = ["day", "model", "origin", "feature", "day,feature", "model,feature"];

const DAY_AND_MODEL = "day,model";

/**
 * Names a row by the fields that the report is grouped by. The name consists of the values of these
 * fields, such as "gpt-4o". For a field without a value, it says so: "no model".
 */
function usageOf(row: RowOf<"/reports/usage">, groupBy: string): string {
  const names = (["model", "origin", "feature"] as const)
    .filter((group) => groupBy.split(",").includes(group))
    .map((group) => row[group] ?? `no ${group}`);
  return names.join(", ") || "all charges";
}

const USAGE: ReportSpec<"/reports/usage"> = {
  path: "/reports/usage",
  title: "AI usage",
  lead: "Charges for models, the cost at the providers, and the margin.",
  columns: [
    { key: "day", kind: "day" },
    { key: "model", kind: "text" },
    { key: "origin", kind: "words" },
    { key: "feature", kind: "text" },
    { key: "charges", kind: "count" },
    { key: "credits", kind: "credits" },
    { key: "value_usd", kind: "usd" },
    { key: "provider_cost_usd", kind: "usd" },
    { key: "margin_usd", kind: "usd" },
    { key: "share", kind: "share", title: "Share of credits" },
    { key: "input_tokens", kind: "count" },
    { key: "cached_input_tokens", kind: "count" },
    { key: "cache_write_tokens", kind: "count" },
    { key: "output_tokens", kind: "count" },
    { key: "reasoning_tokens", kind: "count" },
    { key: "priced_credits", kind: "credits" },
    { key: "corrected_credits", kind: "credits" },
    { key: "corrections", kind: "count" },
  ],
  filters: ["group_by", "user_id"],
  fields: (
    <>
      <Choice name="group_by" label="Grouped by" values={GROUPS} without={DAY_AND_MODEL} />
      <Field name="user_id" label="User id" />
    </>
  ),
  charts: (rows, { group_by = DAY_AND_MODEL }) => {
    const byDay = rows.filter(({ day }) => day !== null);
    if (byDay.length === 0) return [];
    const data = pivot(byDay, {
      time: ({ day }) => day!,
      name: (row) => usageOf(row, group_by),
      figure: ({ credits }) => ({ value: Number(credits), text: formatCredits(credits) }),
    });
    return [{ caption: "Charged credits of the largest groups (at most four)", data }];
  },
  empty: "No model was used in this range. Each charge appears here about a minute later.",
};

const CREDITS: ReportSpec<"/reports/credits"> = {
  path: "/reports/credits",
  title: "Credits",
  lead: "Credits granted, used, expired and clawed back, by the source of their lots.",
  columns: [
    { key: "day", kind: "day" },
    { key: "source", kind: "words", summed: "all" },
    { key: "opening", kind: "credits" },
    { key: "granted", kind: "credits" },
    { key: "used", kind: "credits" },
    { key: "debt_paid", kind: "credits" },
    { key: "expired", kind: "credits" },
    { key: "clawed_back", kind: "credits" },
    { key: "closing", kind: "credits" },
  ],
  charts: (rows) =>
    rows.length === 0 ? [] : [{
      caption: "Credits left at the end of the day, by source (at most four)",
      data: pivot(rows, {
        time: ({ day }) => day,
        name: ({ source }) => wordsOf(source),
        figure: ({ closing }) => ({ value: Number(closing), text: formatCredits(closing) }),
      }),
    }],
  empty: "No credits moved in this range. Each day with a change appears here.",
};

const FUNNEL_LINES = ["packages_seen", "checkouts", "paid", "refusals"] as const;

const FUNNEL: ReportSpec<"/reports/funnel"> = {
  path: "/reports/funnel",
  title: "Funnel",
  lead:
    "Package views, checkouts and payments. Also accounts that lacked credits, and purchases that followed.",
  columns: [
    { key: "day", kind: "day" },
    { key: "packages_seen", kind: "count" },
    { key: "checkouts", kind: "count" },
    { key: "paid", kind: "count" },
    { key: "free", kind: "count" },
    { key: "paid_share", kind: "share" },
    { key: "buyers", kind: "count" },
    { key: "refusals", kind: "count" },
    { key: "refused_accounts", kind: "count" },
    { key: "purchases_after_refusal", kind: "count" },
    { key: "first_purchases_after_refusal", kind: "count" },
    { key: "conversion", kind: "share" },
  ],
  charts: (rows) => {
    if (rows.length === 0) return [];
    const points = rows.flatMap((row) => FUNNEL_LINES.map((name) => ({ row, name })));
    const data = pivot(points, {
      time: ({ row }) => row.day,
      name: ({ name }) => wordsOf(name),
      figure: ({ row, name }) => {
        const value = row[name];
        return { value, text: value === null ? "none" : formatCredits(String(value)) };
      },
    });
    return [{ caption: "Packages seen, checkouts, payments and refusals, by day", data }];
  },
  empty: "Nobody viewed the packages on these days. Each day with a view appears here.",
};

const KPIS: ReportSpec<"/reports/kpis"> = {
  path: "/reports/kpis",
  title: "Key figures",
  lead: "Time to first dollar, success of webhooks by hop, durations, and evidence of orders.",
  columns: [
    { key: "name", kind: "words", title: "Figure" },
    { key: "label", kind: "text", title: "Of" },
    { key: "day", kind: "day" },
    { key: "value", kind: "measure" },
    { key: "target", kind: "measure" },
    { key: "samples", kind: "count" },
  ],
  empty: "There is no figure for this range.",
};

const ACTORS: ReportSpec<"/reports/actors"> = {
  path: "/reports/actors",
  title: "Authors",
  lead: "Grants, debits, refunds, blocks, changed settings and reads of customers, by author.",
  columns: [
    { key: "day", kind: "day" },
    { key: "author", kind: "text" },
    { key: "author_kind", kind: "words" },
    { key: "kind", kind: "words", title: "Action" },
    { key: "source", kind: "words" },
    { key: "count", kind: "count" },
    { key: "credits", kind: "credits" },
    { key: "amount", kind: "money" },
    { key: "currency", kind: "text" },
  ],
  filters: ["actor"],
  fields: <Field name="actor" label="Author" />,
  empty: "Nobody did anything in this range. Each author appears here about a minute later.",
};

export const UsagePage = () => <ReportPage spec={USAGE} />;
export const CreditsPage = () => <ReportPage spec={CREDITS} />;
export const FunnelPage = () => <ReportPage spec={FUNNEL} />;
export const KpisPage = () => <ReportPage spec={KPIS} />;
export const ActorsPage = () => <ReportPage spec={ACTORS} />;
