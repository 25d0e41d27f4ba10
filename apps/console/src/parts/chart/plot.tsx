/** Draws a chart with uPlot. Loaded when the first chart is shown. */
import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type ChartData, LINES } from "./series.ts";

interface PlotProps {
  readonly data: ChartData;
  /** The position of the cursor; null hides it. */
  readonly at: number | null;
  readonly onPoint: (at: number | null) => void;
}

const DARK = "(prefers-color-scheme: dark)";
const HEIGHT = 240;

/** The canvas knows no CSS variables, so their values are read at each drawing. */
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

function optionsOf(
  { series }: ChartData,
  onPoint: (at: number | null) => void,
  width: number,
): UPlot.Options {
  return {
    width,
    height: HEIGHT,
    tzDate: (time) => UPlot.tzDate(new Date(time * 1000), "UTC"),
    legend: { show: false }, // Ours shows the patterns of the lines.
    cursor: { y: false, drag: { x: false, y: false, setScale: false } },
    axes: [
      // Numbers only, because the browser's language must not change a chart.
      axis({
        values: (_, times) => times.map((time) => new Date(time * 1000).toISOString().slice(5, 10)),
        incrs: [86_400, 2 * 86_400, 5 * 86_400, 7 * 86_400, 14 * 86_400, 30 * 86_400, 91 * 86_400],
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

export default function Plot({ data, at, onPoint }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(null);
  useEffect(() => {
    const target = place.current!;
    const figures: UPlot.AlignedData = [
      data.times.map(seconds),
      ...data.series.map(({ values }) => [...values]),
    ];
    const made = new UPlot(optionsOf(data, onPoint, target.clientWidth), figures, target);
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
  }, [data, onPoint]);
  useEffect(() => {
    const { current } = plot;
    if (current === null || current.cursor.idx === at) return;
    const time = at === null ? undefined : current.data[0][at];
    const left = time === undefined ? -10 : current.valToPos(time, "x");
    current.setCursor({ left, top: left < 0 ? -10 : 0 }, false);
  }, [at, data]);
  return <div ref={place} className="h-60 w-full overflow-hidden" />;
}
