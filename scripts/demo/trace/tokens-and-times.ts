import pc from "picocolors";
import { formatTable, percentile } from "@farthing/command-line";
import type { Expected } from "./expected.ts";
import type { Played } from "./play-trace.ts";

/** Formats the tokens of the trace, the packages that were bought, and the times of the calls. */
export function formatTokensAndTimes(played: Played, expected: Expected): string {
  return formatTable([{ title: "" }, { title: "" }], [
    ["tokens", `${group(expected.input_tokens)} in, ${group(expected.output_tokens)} out`],
    ["packages", expected.bought.map(({ name }) => name).join(", ")],
    [
      "per call",
      `p50 ${ms(percentile(played.callMs, 50))}, p95 ${ms(percentile(played.callMs, 95))} ` +
      pc.dim(`(${played.callMs.length} calls, one after the other)`),
    ],
  ]);
}

const group = (count: number): string => count.toLocaleString("en-US");
const ms = (duration: number): string => `${duration.toFixed(1)} ms`;
