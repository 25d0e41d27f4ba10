/** Formats durations, which the API has in seconds or minutes, in the units that people use. */

const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]] as const;

const counted = (count: number, unit: string) => `${count} ${unit}${count === 1 ? "" : "s"}`;

/** Formats a whole number of seconds exactly: 5400 is "1 hour 30 minutes". */
export function durationOf(seconds: number): string {
  let rest = seconds;
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [counted(count, unit)];
  });
  return parts.join(" ") || counted(0, "second");
}

/** Formats a duration with the seconds that a form takes: "1 hour 30 minutes (5400 seconds)". */
export function secondsOf(text: string): string {
  const words = durationOf(Number(text));
  return Number(text) < 60 ? words : `${words} (${text} seconds)`;
}

/** Formats a measured time, rounded as much as a reader needs: "26.738654" is "26.7 seconds". */
export function roughSecondsOf(text: string): string {
  const seconds = Number(text);
  if (seconds >= 60) return durationOf(Math.round(seconds));
  return `${Number(seconds.toPrecision(3))} seconds`;
}
