/** One stage of the canary: the flag, the time, and the gates. A gate that closes ends the canary. */
import { delay } from "@farthing/command-line";
import type { Context, GoLiveStep } from "../command/context.ts";
import { type Finding, found, skipped, warning } from "../core/step.ts";
import { prove } from "../shared/database.ts";
import { CANARY_REASON, FLAG_DELAY_MS, type FlagState, setFlags } from "../shared/flags.ts";
import { readCounters } from "./counters.ts";
import { readFigures, type Start } from "./figures.ts";
import { judgeStage } from "./gates.ts";
import { rollBack } from "./roll-back.ts";
import type { Baseline, Gate } from "./stage-figures.ts";
import { payOrder, withTraffic } from "./traffic.ts";

/** How often the gates are looked at during a stage. The proof runs only at its end. */
const LOOK_SECONDS = 30;

/** How long an event of Stripe may be on its way before it counts as lost. */
const GRACE_SECONDS = 20;

const stateOf = (percentage: number): FlagState =>
  percentage === 100 ? { state: "on" } : { state: "percentage", percentage };

const closedIn = (gates: readonly Gate[]) => gates.filter(({ verdict }) => verdict === "closed");

/** Waits for the stage's time, and returns early if a gate closes. */
async function watch(context: Context, baseline: Baseline, start: Start): Promise<Gate[]> {
  const { project, options: { stageSeconds } } = context;
  const graceSeconds = Math.min(GRACE_SECONDS, stageSeconds / 2);
  const end = performance.now() + stageSeconds * 1000;
  for (;;) {
    const left = end - performance.now();
    await delay(Math.min(LOOK_SECONDS * 1000, Math.max(0, left)));
    const figures = await readFigures(project, start, graceSeconds);
    const isOver = performance.now() >= end;
    const proof = isOver ? await prove(project) : null;
    const gates = judgeStage({ ...figures, proof }, baseline);
    if (isOver || closedIn(gates).length > 0) return gates;
  }
}

async function judged(context: Context, percentage: number, gates: Gate[]): Promise<Finding> {
  const { flag } = context.options;
  const evidence = gates.map(({ name, verdict, says }) => `canary.${name} ${verdict}: ${says}`);
  const closed = closedIn(gates);
  if (closed.length > 0) {
    const names = closed.map(({ name }) => name).join(", ");
    return await rollBack(context, `gate ${names} closed`, evidence);
  }
  const title = `${flag} at ${percentage} %`;
  if (gates.some(({ verdict }) => verdict === "warning")) {
    return warning([title, ...evidence], "A route is slower: find out why before the next stage.");
  }
  const blind = gates.filter(({ verdict }) => verdict === "no data");
  return blind.length === 0 ? found([title, ...evidence]) : warning(
    [title, ...evidence],
    "A gate without data does not close: wait for users, or add --traffic on this machine.",
  );
}

async function run(context: Context, percentage: number): Promise<Finding> {
  const { project, options: { flag, stageSeconds }, facts } = context;
  const baseline = JSON.parse(facts["canary.baseline"] ?? `{"routes":{}}`) as Baseline;
  const reason = `${CANARY_REASON}: ${percentage} %`;
  const seconds = Math.floor(Date.now() / 1000);
  await setFlags(project, [{ name: flag, ...stateOf(percentage) }], reason);
  await delay(Math.min(FLAG_DELAY_MS, stageSeconds * 1000));
  const start: Start = { seconds, counted: await readCounters(project) };
  return await withTraffic(context, stageSeconds, async () => {
    await payOrder(context, percentage);
    return await judged(context, percentage, await watch(context, baseline, start));
  });
}

export const stageOf = (percentage: number): GoLiveStep => ({
  code: `canary.stage-${percentage}`,
  title: `Does the service stand ${percentage} % of the users?`,
  source: "project",
  async run(context) {
    const { stages } = context.options;
    if (!stages.includes(percentage)) return skipped(`--stages ${stages.join(",")} leaves it out`);
    try {
      return await run(context, percentage);
    } catch (error) {
      // A stage that can't be judged must not stay open: its figures may be missing because of it.
      return await rollBack(context, "the stage can't be judged", [String(error)]);
    }
  },
});
