/** A feature in stages, from 1 to 100 % of the users, with gates at each stage. */
import type { GoLiveStep } from "../command/context.ts";
import { STAGES } from "../command/options.ts";
import { failed, found } from "../core/step.ts";
import { describeFlag, flagNow } from "../shared/canary-flags.ts";
import { readFlags } from "../shared/flags.ts";
import { baseline } from "./baseline.ts";
import { readCounters } from "./counters.ts";
import { hasOpened, rememberFlag, requireOwn } from "./own-flag.ts";
import { stageOf } from "./stage.ts";
import { openOrder } from "./traffic.ts";

/** A canary would take a feature from nearly all of its users if it were on for them. */
const start: GoLiveStep = {
  code: "canary.start",
  title: "Is the feature free for a canary?",
  source: "project",
  // Somebody may have switched it off since the run was ended.
  isRepeated: true,
  async run(context) {
    const { project, options } = context;
    await readCounters(project); // Without figures, each stage would be rolled back.
    if (hasOpened(context)) {
      const now = flagNow(await requireOwn(context), options.flag);
      return found(`${describeFlag(options.flag, now)}: this run has set it`);
    }
    const flag = flagNow(await readFlags(project), options.flag);
    if (flag === undefined) return failed(`there is no flag ${options.flag}`, "Name b2c or b2b.");
    const evidence = `${options.flag} is ${flag.state}, ${flag.percentage} %`;
    if (flag.state === "on" && !project.isLocal && !options.fromOn) {
      return failed(
        `${evidence}: the first stage would take it from 99 % of the users`,
        "Switch it off before the launch, or add --from-on.",
      );
    }
    await rememberFlag(context, flag);
    const canBuy = options.makesTraffic && project.emulatorUrl !== undefined &&
      options.flag === "b2c" && flag.state === "on";
    if (canBuy) { for (const stage of options.stages) await openOrder(context, stage); }
    return found(
      canBuy ? [evidence, `${options.stages.length} orders wait for their stage`] : evidence,
    );
  },
};

export const CANARY: readonly GoLiveStep[] = [start, baseline, ...STAGES.map(stageOf)];
