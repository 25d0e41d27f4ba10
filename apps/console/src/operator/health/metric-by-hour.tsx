/** A metric by the hour: as a chart of its largest series, and as a table of its rows. */
import type { Input, Result } from "@farthing/client";
import { Chart } from "../../parts/chart/chart.tsx";
import { pivot } from "../../parts/chart/series.ts";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Moment, None } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { Section } from "../../parts/page.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { useRead } from "../../reads/use-read.ts";

type Row = Result<"get", "/health/hours">["rows"][number];
type Name = Input<"get", "/health/hours">["query"]["name"];

/** Names what a row counts, such as "redis" or "user, blocked". */
const subjectOf = ({ labels }: Row): string =>
  Object.values(labels).map(wordsOf).join(", ") || "all";

interface HoursProps {
  readonly name: Name;
  readonly service?: string;
  readonly title: string;
  readonly caption: string;
  readonly figure: "count" | "p95";
  /** Whether a row is shown; by default all rows are. */
  readonly isShown?: (row: Row) => boolean;
  readonly empty: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: "Hour", cell: ({ hour }) => <Moment at={hour} /> },
  { title: "Of", cell: subjectOf },
  { title: "Count", isFigure: true, cell: ({ count }) => count },
];

const P95: Column<Row> = {
  title: "p95",
  isFigure: true,
  cell: ({ p95_ms }) => p95_ms === null ? <None /> : `${p95_ms} ms`,
};

export function Hours(props: HoursProps) {
  const { name, service, title, caption, figure, isShown = () => true, empty } = props;
  const query = { name, ...service !== undefined && { service } };
  const reading = useRead("/health/hours", { query }, { readsOnFocus: true });
  return (
    <Section title={title}>
      <Known reading={reading} title={title} placeholder="h-96">
        {(data) => {
          const rows = data.rows.filter(isShown);
          const drawn = pivot(rows, {
            time: ({ hour }) => hour,
            name: subjectOf,
            figure: ({ count, p95_ms }) =>
              figure === "count" ? { value: count, text: String(count) } : {
                value: p95_ms,
                text: p95_ms === null ? "none" : `${p95_ms} ms`,
              },
          });
          return (
            <div className="grid gap-3 *:min-w-0">
              {rows.length > 0 && <Chart caption={caption} data={drawn} step="Hour" />}
              <DataTable
                caption={title}
                columns={figure === "count" ? COLUMNS : [...COLUMNS, P95]}
                items={rows}
                keyOf={(row) => `${row.hour} ${subjectOf(row)}`}
                empty={empty}
              />
            </div>
          );
        }}
      </Known>
    </Section>
  );
}
