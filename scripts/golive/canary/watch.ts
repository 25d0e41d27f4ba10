/** Judges the gates during a stage, and at its end. */
import { delay } from "@farthing/command-line";
import type { Context } from "../command/context.ts";
import { prove } from "../shared/database.ts";
import { readFigures, type Start } from "./read-figures.ts";
import { judgeStage } from "./gates.ts";
import { REPORT_MS } from "./counters.ts";
import type { Baseline, Gate } from "./stage-figures.ts";

/** How often the gates are judged during a stage. The proof runs only at the stage's end. */
const LOOK_SECONDS = 30;

/** How long the delivery of an event of Stripe may take before the event counts as lost. */
const GRACE_SECONDS = 20;

export const closedIn = (gates: readonly Gate[]) =>
  gates.filter(({ verdict }) => verdict === "closed");

/**
 * Judges the gates until the stage's time is over. Returns earlier if a gate closes.
 * @param look throws if somebody else has changed the flag
 */
export async function watch(
  context: Context,
  baseline: Baseline,
  start: Start,
  look: () => Promise<void>,
): Promise<Gate[]> {
  const { project, options: { stageSeconds } } = context;
  const graceSeconds = Math.min(GRACE_SECONDS, stageSeconds / 2);
  const end = performance.now() + stageSeconds * 1000;
  for (;;) {
    await delay(Math.min(LOOK_SECONDS * 1000, Math.max(0, end - performance.now())));
    const isOver = performance.now() >= end;
    // Each process reports its counts only every REPORT_MS. The counts of the stage's last seconds
    // are therefore complete only after this wait.
    if (isOver) await delay(Math.min(REPORT_MS, stageSeconds * 1000));
    await look();
    const figures = await readFigures(project, start, graceSeconds);
    const proof = isOver ? await prove(project, start.seconds * 1000) : null;
    const gates = judgeStage({ ...figures, proof }, baseline);
    if (closedIn(gates).length > 0) return gates;
    if (isOver) {
      await look();
      return gates;
    }
  }
}
