import pc from "picocolors";
import { formatTable } from "@farthing/command-line";
import type { Expected } from "./expected.ts";
import { percentile } from "./percentile.ts";
import type { Played } from "./play.ts";
import type { Check } from "./verdict.ts";

/** Every figure of the service beside the computed one. */
export function formatChecks(checks: Check[]): string {
  return formatTable(
    [
      { title: "" },
      { title: pc.dim("service"), align: "right" },
      { title: pc.dim("computed"), align: "right" },
      { title: "" },
    ],
    checks.map(({ name, service, computed, equal }) => [
      name,
      service,
      computed,
      equal ? pc.green("equal") : pc.red("differs"),
    ]),
  );
}

/** Every figure of the run beside the computed one, then tokens and times. */
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

/** The ledger's proof, for people. */
export function formatProof(violations: string[]): string {
  if (violations.length === 0) return pc.green("The ledger proves itself: 0 violations.");
  return [pc.red(`The ledger's proof finds ${violations.length} violations:`), ...violations]
    .join("\n  ");
}

const group = (count: number): string => count.toLocaleString("en-US");
const ms = (duration: number): string => `${duration.toFixed(1)} ms`;
