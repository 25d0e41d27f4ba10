/** Draws a chart with uPlot. Loaded when the first chart is shown. */
import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type ChartData, LINES, type Step } from "./series.ts";

interface PlotProps {
  readonly data: ChartData;
  readonly step: Step;
  /** The position of the cursor; null hides it. */
  readonly at: number | null;
  readonly onPoint: (at: number | null) => void;
}

const DARK = "(prefers-color-scheme: dark)";
const HEIGHT = 240;

/** A canvas cannot use CSS variables, so their values are read at each drawing. */
const colorOf = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name);

const seconds = (time: string) => Date.parse(time) / 1000;

function axis(more: Partial<UPlot.Axis> = {}): UPlot.Axis {
  return {
    stroke: () => colorOf("--muted-foreground"),
    grid: { stroke: () => colorOf("--border"), width: 1 },
    ticks: { stroke: () => colorOf("--border"), width: 1 },
    ...more,
  };
}

const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });

/** A label of the time axis needs this many pixels. */
const LABEL_WIDTH = 70;

/** Chooses which times get a label: as many as fit, and only times that have figures. */
function labelled(times: readonly number[], width: number): number[] {
  const every = Math.max(1, Math.ceil(times.length * LABEL_WIDTH / width));
  return times.filter((_, nr) => nr % every === 0);
}

/** The part of an ISO time that a label shows, as the positions of its start and its end. */
const LABELS = { Day: [5, 10], Month: [0, 7], Hour: [11, 16] } as const;
const DAY_S = 86_400;

interface Look {
  readonly step: Step;
  readonly width: number;
}

function optionsOf(
  { times, series }: ChartData,
  onPoint: (at: number | null) => void,
  { step, width }: Look,
): UPlot.Options {
  return {
    width,
    height: HEIGHT,
    tzDate: (time) => UPlot.tzDate(new Date(time * 1000), "UTC"),
    legend: { show: false }, // Our own legend shows the patterns of the lines.
    cursor: { y: false, drag: { x: false, y: false, setScale: false } },
    scales: {
      // If the chart has only one time, the axis shows it in the middle.
      x: { range: (_, min, max) => times.length > 1 ? [min, max] : [min - DAY_S, min + DAY_S] },
    },
    axes: [
      // The labels contain numbers only, because the browser's language must not change a chart.
      axis({
        size: 32,
        splits: (plot) => labelled(times.map(seconds), plot.width),
        values: (_, at) =>
          at.map((time) => new Date(time * 1000).toISOString().slice(...LABELS[step])),
      }),
      axis({ size: 60, values: (_, values) => values.map((value) => COMPACT.format(value)) }),
    ],
    series: [
      {},
      ...series.map(({ name }, nr): UPlot.Series => {
        const { color, dash } = LINES[nr % LINES.length]!;
        return {
          label: name,
          stroke: () => colorOf(color),
          width: 2,
          dash: [...dash],
          points: { show: true, size: 6, fill: () => colorOf("--background") },
        };
      }),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}

export default function Plot({ data, step, at, onPoint }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(null);
  useEffect(() => {
    const target = place.current!;
    const figures: UPlot.AlignedData = [
      data.times.map(seconds),
      ...data.series.map(({ values }) => [...values]),
    ];
    const made = new UPlot(
      optionsOf(data, onPoint, { step, width: target.clientWidth }),
      figures,
      target,
    );
    plot.current = made;
    const sizes = new ResizeObserver(() =>
      made.setSize({ width: target.clientWidth, height: HEIGHT })
    );
    sizes.observe(target);
    const redraw = () => made.redraw(false, true);
    const isDark = matchMedia(DARK);
    isDark.addEventListener("change", redraw);
    return () => {
      sizes.disconnect();
      isDark.removeEventListener("change", redraw);
      plot.current = null;
      made.destroy();
    };
  }, [data, step, onPoint]);
  useEffect(() => {
    const { current } = plot;
    if (current === null || current.cursor.idx === at) return;
    const time = at === null ? undefined : current.data[0][at];
    const left = time === undefined ? -10 : current.valToPos(time, "x");
    current.setCursor({ left, top: left < 0 ? -10 : 0 }, false);
  }, [at, data]);
  return <div ref={place} className="h-60 w-full overflow-hidden" />;
}
