import pc from "picocolors";
import { formatTable, percentile } from "@farthing/command-line";
import type { Check } from "../shared/check.ts";
import { formatChecks } from "../shared/report.ts";
import type { Expected } from "./expected.ts";
import type { Played } from "./play.ts";

/** Formats each figure of the run beside the computed figure, followed by the tokens and times. */
export function formatReport(checks: Check[], played: Played, expected: Expected): string {
  const facts = formatTable([{ title: "" }, { title: "" }], [
    ["tokens", `${group(expected.input_tokens)} in, ${group(expected.output_tokens)} out`],
    ["packages", expected.bought.map(({ name }) => name).join(", ")],
    [
      "per call",
      `p50 ${ms(percentile(played.callMs, 50))}, p95 ${ms(percentile(played.callMs, 95))} ` +
      pc.dim(`(${played.callMs.length} calls, one after the other)`),
    ],
  ]);
  return `${formatChecks(checks)}\n\n${facts}`;
}

const group = (count: number): string => count.toLocaleString("en-US");
const ms = (duration: number): string => `${duration.toFixed(1)} ms`;
