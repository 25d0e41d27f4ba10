/** The parts that every report has in addition to its rows. */
import type { ReportControl, ReportPolicy } from "@farthing/client";
import { formatCredits } from "@/lib/farthing-format";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { moneyOf } from "../../parts/decimal-units.ts";
import { Moment, None } from "../../parts/figures.tsx";
import { Section } from "../../parts/page.tsx";
import { titleOf, wordsOf } from "../../parts/api-names.ts";
import { StateBadge } from "../../parts/state-badge.tsx";

interface RangeProps {
  readonly report: { readonly from: string; readonly to: string; readonly as_of: string };
}

/** The days of the report, and how recent it is. */
export function Range({ report: { from, to, as_of } }: RangeProps) {
  return (
    <p className="text-sm text-muted-foreground">
      {`From ${from} to ${to}, both days included, in UTC. As of `}
      <Moment at={as_of} />.
    </p>
  );
}

const verdictOf = ({ difference }: ReportControl) =>
  difference === null ? "unknown" : difference === "0" ? "agrees" : "differs";

export const Verdict = ({ of }: { readonly of: ReportControl }) => (
  <StateBadge state={verdictOf(of)} />
);

/** The name of a control total of money contains the currency: "money in usd: lines, and …". */
const CURRENCY = /(?: in|,) ([a-z]{3})(?=[:,]|$)/;

type Figure = "report" | "source" | "difference";

const figure = (title: string, name: Figure): Column<ReportControl> => ({
  title,
  isFigure: true,
  cell: (control) => {
    const value = control[name];
    if (value === null) return <None />;
    const currency = CURRENCY.exec(control.name)?.[1];
    return currency === undefined ? formatCredits(value) : moneyOf(value, currency);
  },
});

const CONTROLS: readonly Column<ReportControl>[] = [
  { title: "Sum", cell: ({ name }) => name },
  figure("In the report", "report"),
  figure("In its source", "source"),
  figure("Difference (report less source)", "difference"),
  { title: "Verdict", cell: (control) => <Verdict of={control} /> },
];

/** Says in one sentence whether the report agrees with its source. */
function summaryOf(controls: readonly ReportControl[]): string {
  const wrong = controls.filter((control) => verdictOf(control) === "differs").length;
  const open = controls.filter((control) => verdictOf(control) === "unknown").length;
  if (wrong > 0) return `${wrong} of ${controls.length} sums differ from their source.`;
  if (open > 0) return `${open} of ${controls.length} sums can't be compared yet.`;
  return controls.length === 1
    ? "The control total agrees with its source."
    : `All ${controls.length} control totals agree with their source.`;
}

/** The control totals: sums of the report, compared with the same sums of its source. */
export function Controls({ controls }: { readonly controls: readonly ReportControl[] }) {
  if (controls.length === 0) {
    return <p className="text-sm">There is nothing to compare in this range.</p>;
  }
  return (
    <Section title="Control totals">
      <p className="text-sm">{summaryOf(controls)}</p>
      <DataTable
        caption="Control totals"
        columns={CONTROLS}
        items={controls}
        keyOf={({ name }) => name}
        empty=""
      />
    </Section>
  );
}

/** The policies of bookkeeping that the figures depend on. */
export function Policies({ policies }: { readonly policies: readonly ReportPolicy[] }) {
  if (policies.length === 0) return null;
  return (
    <Section title="Policies">
      <ul className="text-sm">
        {policies.map(({ name, value, version }) => (
          <li key={`${name} ${version}`}>
            {`${wordsOf(name)}: ${wordsOf(value)} (version ${version})`}
          </li>
        ))}
      </ul>
    </Section>
  );
}

interface FormulasProps {
  readonly formulas: Readonly<Record<string, string>>;
}

/** How each column is computed, in the words of the API. */
export function Formulas({ formulas }: FormulasProps) {
  const all = Object.entries(formulas);
  if (all.length === 0) return null;
  return (
    <Section title="How the figures are computed">
      <dl className="grid max-w-prose gap-3 text-sm">
        {all.map(([name, formula]) => (
          <div key={name}>
            <dt className="font-medium">{titleOf(name)}</dt>
            <dd className="break-words text-muted-foreground">{formula}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
