/**
 * Switches off what the canary has switched on, and waits until every process has read the change.
 */
import { z } from "zod";
import { delay, waitFor } from "@farthing/command-line";
import { FeatureForMe } from "../../../supabase/functions/_shared/contracts/features.ts";
import { formatMs } from "../../command/format-ms.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import type { Project } from "../command/project.ts";
import { endRun } from "../core/run-file.ts";
import { failed, found, warning } from "../core/step.ts";
import { ask, dataOf } from "../shared/ask.ts";
import { FLAG_DELAY_MS, type FlagName } from "../shared/flags.ts";
import { flagsToSwitch, readAnyhow, switchOff } from "./switch-off.ts";

/** When the rollback began, in ms since 1970. A resumed rollback has the time of its first call. */
export const beganAt = ({ facts }: Context): number => Number(facts["rollback.began"] ?? "0");

/**
 * Returns whether all these flags are off for the caller; undefined if the functions do not
 * respond.
 */
async function isShut(project: Project, names: readonly FlagName[]): Promise<boolean | undefined> {
  let hasAnswered = false;
  const isOff = await waitFor(
    async () => {
      const features = dataOf(await ask(project, "features"), 200, z.array(FeatureForMe));
      hasAnswered = true;
      const isOn = features.some(({ name, enabled }) =>
        enabled && names.some((each) => each === name)
      );
      return !isOn || undefined;
    },
    4 * FLAG_DELAY_MS,
    250,
  );
  return isOff ?? (hasAnswered ? false : undefined);
}

export const flags: GoLiveStep = {
  code: "rollback.flags-off",
  title: "Are the flags off?",
  source: "project",
  // Somebody may have switched a flag on since the run was interrupted.
  isRepeated: true,
  isRequired: true,
  async run(context) {
    const { project, tell } = context;
    await tell({ "rollback.off": "" });
    const start = performance.now();
    const { names, says } = await flagsToSwitch(context);
    await tell({ "rollback.flags": names.join(",") });
    const how = await switchOff(project, names);
    const setMs = performance.now() - start;
    await tell({ "rollback.off": "yes" });
    // A resumed canary would switch the flag on again, so its record is removed. It is removed for
    // both modes, because a rollback without Stripe's key does not know the mode.
    for (const mode of ["test", "live"] as const) {
      await endRun({ command: "canary", project: project.url, mode });
    }
    await delay(FLAG_DELAY_MS);
    const isOff = await isShut(project, names);
    const evidence = [
      `${names.join(", ")} off in ${formatMs(setMs)} ${how}, read by every process within ${
        formatMs(FLAG_DELAY_MS)
      }`,
      says,
    ];
    if (isOff) return found(evidence);
    return isOff === undefined
      ? warning(
        [...evidence, "GET /features does not respond"],
        "rollback.flags-stay-off reads the flags again.",
      )
      : failed(
        evidence,
        "Somebody switched a flag on: look at GET /settings/flags, and run the command again.",
      );
  },
};

/**
 * The last step. If sales are on at the end, the rollback has failed, whatever the other steps have
 * found.
 */
export const flagsStayOff: GoLiveStep = {
  code: "rollback.flags-stay-off",
  title: "Are the flags still off at the end?",
  source: "project",
  isRepeated: true,
  isRequired: true,
  async run(context) {
    const { project, facts } = context;
    const { names } = await flagsToSwitch(context);
    const lines: string[] = [];
    // If the flags could not be switched off at the beginning, this step tries again. The functions
    // of the earlier revision have been deployed since then, and may work.
    if (facts["rollback.off"] !== "yes") {
      lines.push(`switched off now ${await switchOff(project, names)}`);
    }
    const { on, off, others } = await readAnyhow(project, names);
    const evidence = [...on, ...off, ...others, ...lines];
    if (on.length > 0) {
      return failed(
        evidence,
        "Sales are on. Ask who switched them on, and run the command again: it switches them off.",
      );
    }
    return others.length === 0 ? found(evidence) : warning(
      evidence,
      "Sales of these other flags go on. To stop them, name the flag with --flag.",
    );
  },
};
