import { type KeyboardEvent, lazy, Suspense, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { type Column, DataTable } from "../data-table.tsx";
import { Legend } from "./legend.tsx";
import type { NamedChart } from "./series.ts";

const Plot = lazy(() => import("./plot.tsx"));

/**
 * The number of leading characters of an ISO time that identify a step of the axis, for example
 * `2026-11-02`, `2026-11` or `2026-11-02 14:00`.
 */
const LENGTHS = { Day: 10, Month: 7, Hour: 16 } as const;

/**
 * Returns the new position of the cursor, null to hide it, or undefined if the chart ignores the
 * key.
 */
function moved(key: string, at: number | null, last: number): number | null | undefined {
  if (key === "ArrowRight") return at === null ? 0 : Math.min(at + 1, last);
  if (key === "ArrowLeft") return at === null ? last : Math.max(at - 1, 0);
  if (key === "Home") return 0;
  if (key === "End") return last;
  if (key === "Escape") return null;
  return undefined;
}

/**
 * A chart of figures over time. The arrow keys move its cursor, and a live region reads out the
 * figures at the cursor. The key `t` or a button shows the same figures as a table.
 */
export function Chart({ caption, data, step = "Day" }: NamedChart) {
  const [at, setAt] = useState<number | null>(null);
  const [isTable, setTable] = useState(false);
  const id = useId();
  const { times, series } = data;
  const timeOf = (time: string) => time.slice(0, LENGTHS[step]).replace("T", " ");
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "t") setTable(!isTable);
    const next = moved(event.key, at, times.length - 1);
    if (next === undefined) return;
    event.preventDefault();
    setAt(next);
  };
  const said = at === null || times[at] === undefined
    ? ""
    : `${timeOf(times[at])} UTC: ${series.map((s) => `${s.name} ${s.texts[at]}`).join(", ")}`;
  const columns: Column<number>[] = [
    { title: `${step} (UTC)`, cell: (nr) => timeOf(times[nr]!) },
    ...series.map(({ name, texts }) => ({
      title: name,
      isFigure: true,
      cell: (nr: number) => texts[nr],
    })),
  ];
  return (
    <figure className="grid gap-3 rounded-md border p-4 *:min-w-0">
      <figcaption id={`${id}-caption`} className="text-sm font-medium">{caption}</figcaption>
      <Legend series={series} at={at} />
      <div
        role="application"
        aria-roledescription="chart"
        aria-labelledby={`${id}-caption`}
        aria-describedby={`${id}-keys`}
        tabIndex={0}
        onKeyDown={press}
        className="min-w-0 rounded-md outline-none focus-visible:ring-3 focus-visible:ring-ring/50"
      >
        <Suspense fallback={<Skeleton className="h-60" />}>
          <Plot data={data} step={step} at={at} onPoint={setAt} />
        </Suspense>
      </div>
      <p className="min-h-5 text-sm tabular-nums" aria-live="polite">{said}</p>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p id={`${id}-keys`} className="text-xs text-muted-foreground">
          Times are UTC. Arrow keys move the cursor; t shows the table.
        </p>
        <Button
          variant="outline"
          size="sm"
          aria-expanded={isTable}
          onClick={() => setTable(!isTable)}
        >
          {isTable ? "Hide the table" : "Show the table"}
        </Button>
      </div>
      {isTable && (
        <DataTable
          caption={`${caption}, as a table`}
          columns={columns}
          items={times.map((_, nr) => nr)}
          keyOf={(nr) => nr}
          empty="No figures."
        />
      )}
    </figure>
  );
}
