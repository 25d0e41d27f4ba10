import { LINES, type Series } from "./series.ts";

interface LegendProps {
  readonly series: readonly Series[];
  /**
   * The point under the cursor. Each line's value at this point is shown beside the line's name.
   */
  readonly at: number | null;
}

/** The names of the lines, each beside a short sample of the line. */
export function Legend({ series, at }: LegendProps) {
  return (
    <ul className="flex flex-wrap gap-x-6 gap-y-1 text-sm">
      {series.map(({ name, texts }, nr) => {
        const { legend, dash } = LINES[nr % LINES.length]!;
        return (
          <li key={name} className="flex items-center gap-2">
            <svg aria-hidden width="32" height="8" className="shrink-0">
              <line
                x1="0"
                y1="4"
                x2="32"
                y2="4"
                strokeWidth="2"
                strokeDasharray={dash.join(" ")}
                className={legend}
              />
            </svg>
            {name}
            {at !== null && <span className="font-medium tabular-nums">{texts[at]}</span>}
          </li>
        );
      })}
    </ul>
  );
}
