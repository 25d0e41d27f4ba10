/** The data of a chart. The chart's table and its cursor show the same data. */

export interface Series {
  readonly name: string;
  /** The figure at each time; null leaves a gap in the line. */
  readonly values: readonly (number | null)[];
  /** The same figures as text, with all digits that the API returns. */
  readonly texts: readonly string[];
}

export interface ChartData {
  /** The start of each day, month or hour, as the API writes it. */
  readonly times: readonly string[];
  readonly series: readonly Series[];
}

/** The length of a step of the time axis. */
export type Step = "Day" | "Month" | "Hour";

export interface NamedChart {
  /** Says what is drawn, with its unit. */
  readonly caption: string;
  readonly data: ChartData;
  readonly step?: Step;
}

interface Line {
  /** The name of a colour that console.css defines. */
  readonly color: string;
  readonly legend: string;
  /**
   * The lengths of the line's dashes and gaps, so that people can distinguish the lines even
   * without seeing colours.
   */
  readonly dash: readonly number[];
}

/** The styles of the lines: as many as people can distinguish. */
export const LINES: readonly Line[] = [
  { color: "--chart-1", legend: "stroke-chart-1", dash: [] },
  { color: "--chart-2", legend: "stroke-chart-2", dash: [10, 5] },
  { color: "--chart-3", legend: "stroke-chart-3", dash: [2, 4] },
  { color: "--chart-4", legend: "stroke-chart-4", dash: [10, 4, 2, 4] },
];

interface Figure {
  readonly value: number | null;
  readonly text: string;
}

interface Pivot<Row> {
  readonly time: (row: Row) => string;
  readonly name: (row: Row) => string;
  readonly figure: (row: Row) => Figure;
}

const NO_FIGURE: Figure = { value: null, text: "none" };

/** Adds up the absolute values of a series, to find the largest series. */
const sizeOf = ({ values }: Series) =>
  values.reduce((size: number, value) => size + Math.abs(value ?? 0), 0);

/**
 * Makes one series for each name in the rows. If there are too many names, keeps only the largest
 * series.
 */
export function pivot<Row>(rows: readonly Row[], { time, name, figure }: Pivot<Row>): ChartData {
  const times = [...new Set(rows.map(time))].toSorted();
  const byName = Map.groupBy(rows, name);
  const series = [...byName].map(([name, ofName]): Series => {
    const figures = new Map(ofName.map((row) => [time(row), figure(row)]));
    const all = times.map((time) => figures.get(time) ?? NO_FIGURE);
    return { name, values: all.map(({ value }) => value), texts: all.map(({ text }) => text) };
  });
  const largest = series.toSorted((a, b) => sizeOf(b) - sizeOf(a)).slice(0, LINES.length);
  return { times, series: largest.toSorted((a, b) => a.name.localeCompare(b.name)) };
}
