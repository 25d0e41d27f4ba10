/** Switches the canary's flag off, without asking a person. */
import { waitFor } from "@farthing/command-line";
import { formatMs } from "../../command/format-ms.ts";
import type { Context } from "../command/context.ts";
import { taskLine } from "../command/task-line.ts";
import type { Finding } from "../core/step.ts";
import { CANARY_REASON } from "../shared/canary-flags.ts";
import { FLAG_DELAY_MS } from "../shared/flags.ts";
import { switchOff } from "../rollback/switch-off.ts";

/**
 * The rollback retries its change of the flag for this long, because the failure that closed the
 * gate may also make this change fail.
 */
const TIMEOUT_MS = 60_000;
const POLL_MS = 1_000;

const FIND_CAUSE =
  "Find the cause, then begin the canary anew: the next run starts at its first stage.";

/**
 * Switches the flag off. Returns a failed finding that says how long this took, or that it failed.
 */
export async function rollBack(
  { project, options }: Pick<Context, "project" | "options">,
  why: string,
  evidence: readonly string[],
): Promise<Finding> {
  const { flag } = options;
  const start = performance.now();
  let last = "";
  const how = await waitFor(
    async () => {
      const reason = `${CANARY_REASON}: rolled back, ${why}`;
      return await switchOff(project, [flag], reason)
        .catch((error) => Promise.reject(last = String(error)));
    },
    TIMEOUT_MS,
    POLL_MS,
  );
  const took = formatMs(performance.now() - start);
  const back = taskLine(options, `golive rollback --flag ${flag}`);
  const seen = `every process reads it within ${formatMs(FLAG_DELAY_MS)}`;
  return {
    state: "failed",
    evidence: how !== undefined
      ? [
        `${why}: ${flag} was switched off in ${took}, and ${seen}`,
        ...evidence,
        `switched off ${how}`,
      ]
      : [`${why}, and ${flag} IS STILL ON: it could not be switched off: ${last}`, ...evidence],
    fix: how !== undefined ? FIND_CAUSE : `Switch it off at once: ${back}. ${FIND_CAUSE}`,
    beginsAnew: true,
  };
}
