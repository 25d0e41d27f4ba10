/** The report of a run: what was checked, the evidence, the gates, and what comes next. */
import type { Run } from "./run-file.ts";
import type { Shown, Source } from "./step.ts";

const NEEDED: readonly Source[] = ["stripe", "credits", "ledger"];

/**
 * INCOMPLETE: no step has failed, but a required step was skipped, a skipped step ended the run, or
 * all steps were skipped.
 */
export type Verdict = "GO" | "NO-GO" | "INCOMPLETE";

export interface Report {
  readonly version: 1;
  readonly run: string;
  readonly command: string;
  readonly project: string;
  readonly mode: "test" | "live";
  readonly startedAt: string;
  readonly endedAt: string;
  readonly verdict: Verdict;
  readonly checked: readonly Pick<
    Shown,
    "code" | "title" | "state" | "startedAt" | "ms" | "isFromBefore"
  >[];
  readonly evidence: readonly Pick<Shown, "code" | "source" | "evidence">[];
  /** For each source, whether the report has evidence from it. */
  readonly completeness: Readonly<Record<string, boolean>>;
  readonly gates: readonly {
    readonly code: string;
    readonly gate: "GO" | "NO-GO" | "NOT SHOWN";
    readonly why: string;
  }[];
  readonly next: readonly string[];
}

const isGo = ({ state }: Shown): boolean => state !== "failed";

const isMissing = ({ state, isRequired, ends }: Shown): boolean =>
  state === "skipped" && (isRequired === true || ends === true);

export function verdictOf(shown: readonly Shown[]): Verdict {
  if (!shown.every(isGo)) return "NO-GO";
  const hasTried = shown.some(({ state }) => state !== "skipped");
  return hasTried && !shown.some(isMissing) ? "GO" : "INCOMPLETE";
}

/** Returns whether at least one step with this source has the state `ok`. */
function hasEvidence(shown: readonly Shown[], source: Source): boolean {
  return shown.some((one) => one.source === source && one.state === "ok");
}

export function reportOf({ shown, ...run }: Run, endedAt: Date): Report {
  const sources = [...new Set(shown.map(({ source }) => source))];
  return {
    version: 1,
    run: run.id,
    command: run.command,
    project: run.project,
    mode: run.mode,
    startedAt: run.startedAt,
    endedAt: endedAt.toISOString(),
    verdict: verdictOf(shown),
    checked: shown.map(({ code, title, state, startedAt, ms, isFromBefore }) => ({
      ...{ code, title, state, startedAt, ms },
      ...(isFromBefore && { isFromBefore }),
    })),
    evidence: shown.map(({ code, source, evidence }) => ({ code, source, evidence })),
    completeness: Object.fromEntries(
      [...new Set([...NEEDED, ...sources])].map((source) => [source, hasEvidence(shown, source)]),
    ),
    gates: shown.map((one) => ({
      code: one.code,
      gate: isGo(one) ? one.state === "skipped" ? "NOT SHOWN" : "GO" : "NO-GO",
      why: one.evidence[0] ?? "",
    })),
    next: shown.flatMap(({ code, fix }) => fix === undefined ? [] : [`${code}: ${fix}`]),
  };
}
