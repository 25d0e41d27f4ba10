/** One stage of the canary: the flag, the time, and the gates. A gate that closes ends the canary. */
import { delay } from "@farthing/command-line";
import type { Context, GoLiveStep } from "../command/context.ts";
import { type Finding, found, warning } from "../core/step.ts";
import { prove } from "../shared/database.ts";
import { CANARY_REASON, FLAG_DELAY_MS, type FlagState, setFlags } from "../shared/flags.ts";
import { readCounters } from "./counters.ts";
import { readFigures } from "./figures.ts";
import { type Gate, judgeStage, type StageFigures } from "./gates.ts";
import { payOrder, withTraffic } from "./traffic.ts";

/** How often the gates are looked at during a stage. The proof runs only at its end. */
const LOOK_SECONDS = 30;

/** How long an event of Stripe may be on its way before it counts as lost. */
const GRACE_SECONDS = 20;

const stateOf = (percentage: number): FlagState =>
  percentage === 100 ? { state: "on" } : { state: "percentage", percentage };

const closedIn = (gates: readonly Gate[]) => gates.filter(({ verdict }) => verdict === "closed");

/** Waits for the stage's time, and returns early if a gate closes. */
async function watch(context: Context, baseline: StageFigures): Promise<Gate[]> {
  const { project, options } = context;
  const counted = await readCounters(project);
  const sinceSeconds = Math.floor(Date.now() / 1000);
  const graceSeconds = Math.min(GRACE_SECONDS, options.stageSeconds / 2);
  const end = performance.now() + options.stageSeconds * 1000;
  for (;;) {
    const left = end - performance.now();
    await delay(Math.min(LOOK_SECONDS * 1000, Math.max(0, left)));
    const span = { sinceSeconds, graceSeconds, counted };
    const figures = await readFigures(project, { window: "5m", ...span });
    const isOver = performance.now() >= end;
    const proof = isOver ? await prove(project) : null;
    const gates = judgeStage({ ...figures, proof }, baseline);
    if (isOver || closedIn(gates).length > 0) return gates;
  }
}

async function rollBack({ project, options: { flag } }: Context, why: string): Promise<number> {
  const start = performance.now();
  await setFlags(project, [{ name: flag, state: "off" }], `${CANARY_REASON}: rolled back, ${why}`);
  return Math.round(performance.now() - start);
}

async function judged(context: Context, percentage: number, gates: Gate[]): Promise<Finding> {
  const { flag } = context.options;
  const evidence = gates.map(({ name, verdict, says }) => `canary.${name} ${verdict}: ${says}`);
  const closed = closedIn(gates);
  if (closed.length > 0) {
    const names = closed.map(({ name }) => name).join(", ");
    const ms = await rollBack(context, `gate ${names}`);
    return {
      state: "failed",
      evidence: [`${flag} is off again since ${ms} ms: gate ${names} closed`, ...evidence],
      fix: "Find the cause, then begin the canary anew: the next run starts at its first stage.",
      beginsAnew: true,
    };
  }
  const title = `${flag} at ${percentage} %`;
  const blind = gates.filter(({ verdict }) => verdict === "no data");
  return blind.length === 0 ? found([title, ...evidence]) : warning(
    [title, ...evidence],
    "A gate without data does not close: wait for users, or add --traffic on this machine.",
  );
}

export const stageOf = (percentage: number): GoLiveStep => ({
  code: `canary.stage-${percentage}`,
  title: `Does the service stand ${percentage} % of the users?`,
  source: "project",
  async run(context) {
    const { project, options: { flag, stageSeconds }, facts } = context;
    const baseline = JSON.parse(facts["canary.baseline"] ?? "{}") as StageFigures;
    const reason = `${CANARY_REASON}: ${percentage} %`;
    await setFlags(project, [{ name: flag, ...stateOf(percentage) }], reason);
    await delay(Math.min(FLAG_DELAY_MS, stageSeconds * 1000));
    const gates = await withTraffic(context, stageSeconds, async () => {
      await payOrder(context, percentage);
      return await watch(context, baseline);
    });
    return await judged(context, percentage, gates);
  },
});
