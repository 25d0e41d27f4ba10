/** The steps of a canary: a feature goes from 1 to 100 % of the users, with gates at each stage. */
import type { Context, GoLiveStep } from "../command/context.ts";
import { STAGES } from "../command/options.ts";
import { redacting } from "../command/redacting.ts";
import { failed, type Finding, found } from "../core/step.ts";
import { describeFlag, type FlagNow, flagNow } from "../shared/canary-flags.ts";
import { readFlags } from "../shared/flags.ts";
import { requireProjectMode } from "../shared/project-mode.ts";
import { baseline } from "./baseline.ts";
import { readCounters } from "./counters.ts";
import { FlagTakenError, hasEnded, hasOpened, rememberFlag, requireOwn } from "./own-flag.ts";
import { stageOf } from "./stage.ts";
import { openOrder } from "./traffic.ts";

function shareOf(now: FlagNow | undefined): number {
  if (now?.state === "on") return 100;
  return now?.state === "percentage" ? now.percentage : 0;
}

/**
 * After its last stage, a canary no longer changes the flag. If somebody has set the flag for fewer
 * users since then, the step fails and the run is NO-GO.
 */
function afterEnd(now: FlagNow | undefined, { flag, stages }: Context["options"]): Finding {
  const is = describeFlag(flag, now);
  const reached = stages.at(-1) ?? 100;
  if (shareOf(now) >= reached) return found(`${is}: all stages of this run are over`);
  return {
    ...failed(
      `${is}: all stages of this run are over, but the last one left the flag at ${reached} %`,
      "An operator, a rollback or an incident has changed it: ask for the reason, and correct the " +
        "cause. The next run starts at its first stage.",
    ),
    beginsAnew: true,
  };
}

/** A canary goes on only if nobody has changed its flag since the run was interrupted. */
async function goOn(context: Context): Promise<Finding> {
  const { project, options } = context;
  const now = flagNow(await readFlags(project), options.flag);
  if (hasEnded(context)) return afterEnd(now, options);
  try {
    await requireOwn(context);
    return found(`${describeFlag(options.flag, now)}: this run has set it`);
  } catch (error) {
    if (!(error instanceof FlagTakenError)) throw error;
    return failed(
      error.message,
      "Find out who changed the flag, and why. To begin anew at the first stage, add --again.",
    );
  }
}

/**
 * Refuses a feature that is on for everyone, because the first stage would switch it off for most
 * users. With --from-on, or if the stack runs on this machine, accepts such a feature.
 */
export const start: GoLiveStep = {
  code: "canary.start",
  title: "Can a canary begin with this feature?",
  source: "project",
  // Somebody may have switched the flag off since the run was interrupted.
  isRepeated: true,
  async run(context) {
    const { project, options } = context;
    // With a test key, the canary would open a live shop but watch only the events of test mode.
    await requireProjectMode(project);
    await readCounters(project); // Without figures, each stage would be rolled back.
    if (hasOpened(context)) return await goOn(context);
    const flag = flagNow(await readFlags(project), options.flag);
    if (flag === undefined) {
      return failed(`there is no flag ${options.flag}`, "Set --flag to b2c or b2b.");
    }
    const evidence = `${options.flag} is ${flag.state}, ${flag.percentage} %`;
    if (flag.state === "on" && !project.isLocal && !options.fromOn) {
      return failed(
        `${evidence}: the first stage would lower it to ${options.stages[0]} % of the users`,
        `Switch ${options.flag} off before the launch, or add --from-on.`,
      );
    }
    await rememberFlag(context, flag);
    const canBuy = options.makesTraffic && project.emulatorUrl !== undefined &&
      options.flag === "b2c" && flag.state === "on";
    if (canBuy) { for (const stage of options.stages) await openOrder(context, stage); }
    return found(
      canBuy
        ? [evidence, `${options.stages.length} orders are open, one to pay in each stage`]
        : evidence,
    );
  },
};

export const CANARY: readonly GoLiveStep[] = redacting([
  start,
  baseline,
  ...STAGES.map(stageOf),
]);
