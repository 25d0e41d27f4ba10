/** One stage of the canary: flag, duration and gates. A gate that closes ends the canary. */
import { delay } from "@farthing/command-line";
import type { Context, GoLiveStep } from "../command/context.ts";
import { taskLine } from "../command/task-line.ts";
import { type Finding, found, skipped, warning } from "../core/step.ts";
import { FLAG_DELAY_MS, type FlagState } from "../shared/flags.ts";
import { readCounters } from "./counters.ts";
import type { Start } from "./read-figures.ts";
import { isBlind } from "./gates.ts";
import { FlagTakenError, openFlag, rememberEnd } from "./own-flag.ts";
import { rollBack } from "./roll-back.ts";
import type { Baseline, Gate } from "./stage-figures.ts";
import { ignoreStops, listen, StoppedError, unlessStopped } from "./stop-signals.ts";
import { payOrder, withTraffic } from "./traffic.ts";
import { closedIn, watch } from "./watch.ts";

const stateOf = (percentage: number): FlagState =>
  percentage === 100 ? { state: "on" } : { state: "percentage", percentage };

/**
 * Ends the run at a stage in which no user sent a request. A stage without requests shows nothing
 * about the feature, so on a hosted project the next stage has to wait.
 */
function ofNobody(options: Context["options"], evidence: readonly string[]): Finding {
  const fix =
    "Run the command again when there are users. It then repeats this stage. To go on without " +
    `users, add --accept-no-data. To switch the feature off: ${
      taskLine(options, `golive rollback --flag ${options.flag}`)
    }.`;
  return { state: "skipped", evidence, fix, ends: true };
}

async function judged(context: Context, percentage: number, gates: Gate[]): Promise<Finding> {
  const { project, options } = context;
  const { flag } = options;
  const evidence = gates.map(({ name, verdict, says }) => `canary.${name} ${verdict}: ${says}`);
  const closed = closedIn(gates);
  if (closed.length > 0) {
    const names = closed.map(({ name }) => name).join(", ");
    return await rollBack(context, `gate ${names} closed`, evidence);
  }
  const title = `${flag} at ${percentage} %`;
  if (isBlind(gates) && !project.isLocal && !options.acceptsNoData) {
    return ofNobody(options, [`${title}: nobody has used it`, ...evidence]);
  }
  if (gates.some(({ verdict }) => verdict === "warning")) {
    return warning([title, ...evidence], "A route is slower: find out why before the next stage.");
  }
  const blind = gates.filter(({ verdict }) => verdict === "no data");
  return blind.length === 0 ? found([title, ...evidence]) : warning(
    [title, ...evidence],
    "A gate without data does not close. Wait for users; for a local project, add --traffic.",
  );
}

async function run(context: Context, percentage: number): Promise<Finding> {
  const { project, options: { stageSeconds }, facts } = context;
  const baseline = JSON.parse(facts["canary.baseline"] ?? `{"routes":{}}`) as Baseline;
  const seconds = Math.floor(Date.now() / 1000);
  await unlessStopped(() => Promise.resolve());
  // This call is not inside `unlessStopped`. Otherwise a stop signal would start the rollback
  // before this change of the flag has ended, and the change could switch the flag on again after
  // the rollback.
  const look = await openFlag(context, stateOf(percentage), `${percentage} %`);
  const gates = await unlessStopped(async () => {
    await delay(Math.min(FLAG_DELAY_MS, stageSeconds * 1000));
    const start: Start = { seconds, counted: await readCounters(project) };
    return await withTraffic(context, stageSeconds, async () => {
      await payOrder(context, percentage);
      return await watch(context, baseline, start, look);
    });
  });
  return await judged(context, percentage, gates);
}

/** Leaves the flag as somebody else has set it. If they switched it off, it must stay off. */
const taken = (message: string): Finding => ({
  state: "failed",
  evidence: [`${message}. The canary ends, and leaves the flag as it is.`],
  fix: "Find out who changed the flag, and why. The next run starts at its first stage.",
  beginsAnew: true,
});

async function stage(context: Context, percentage: number): Promise<Finding> {
  listen();
  try {
    return await run(context, percentage);
  } catch (error) {
    if (error instanceof FlagTakenError) return taken(error.message);
    if (error instanceof StoppedError) return await rollBack(context, error.message, []);
    // If a stage can't be judged, the flag is switched off, because the stage itself may be the
    // cause of the missing figures.
    return await rollBack(context, "the stage can't be judged", [String(error)]);
  }
}

export const stageOf = (percentage: number): GoLiveStep => ({
  code: `canary.stage-${percentage}`,
  title: `Does the service work well for ${percentage} % of the users?`,
  source: "project",
  async run(context) {
    const { stages } = context.options;
    if (!stages.includes(percentage)) return skipped(`--stages is ${stages.join(",")}`);
    const finding = await stage(context, percentage);
    const isLast = percentage === stages.at(-1);
    const isOver = finding.state === "failed" || finding.ends;
    // If the end can't be stored, a resumed run only checks once more that nobody else has changed
    // the flag. This check does no harm.
    if (isLast && !isOver) await rememberEnd(context).catch(() => {});
    if (isLast || isOver) ignoreStops();
    return finding;
  },
});
