/** The steps of a rollback to the previous version. The rollback loses no payment of a customer. */
import { delay } from "@farthing/command-line";
import { formatMs } from "../../command/format-ms.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import { redacting } from "../command/redacting.ts";
import { taskLine } from "../command/task-line.ts";
import { failed, found } from "../core/step.ts";
import { prove } from "../shared/database.ts";
import { findGaps } from "../webhook/missing-events.ts";
import { beganAt, flags, flagsStayOff } from "./flags.ts";
import { functions } from "./functions.ts";
import { order, paidMeanwhile } from "./open-order.ts";

/** S4 in docs/reference/launch-checks.md: "Rollback Time: < 5 minutes". */
const MOST_MS = 5 * 60_000;

/**
 * Events of the last hour before the rollback are also compared, because some of them may not
 * have arrived when it began.
 */
const BEFORE_SECONDS = 3600;

/**
 * An event younger than this does not count as missing, because its delivery may still be in
 * progress.
 */
const GRACE_SECONDS = 20;

/**
 * Waits until the event of this run's paid order is older than GRACE_SECONDS. A younger event would
 * not count as missing.
 */
async function ownEventDue({ facts }: Context): Promise<void> {
  const paidAt = Number(facts["rollback.paid"] ?? "0");
  await delay(Math.max(0, paidAt + (GRACE_SECONDS + 1) * 1000 - Date.now()));
}

const lostNothing: GoLiveStep = {
  code: "rollback.proof",
  title: "Did every event arrive, and is the ledger proved?",
  source: "ledger",
  isRepeated: true,
  isRequired: true,
  async run(context) {
    await ownEventDue(context);
    const since = Math.floor(beganAt(context) / 1000) - BEFORE_SECONDS;
    const { due, missing, stuck } = await findGaps(context.project, since, GRACE_SECONDS);
    const { isClean, evidence: proof } = await prove(context.project);
    const lost = [...missing.map(({ id, type }) => `missing: ${id} ${type}`), ...stuck];
    const evidence = [
      `${due} events since an hour before the rollback, ${lost.length} lost`,
      ...lost,
      proof,
    ];
    return lost.length === 0 && isClean ? found(evidence) : failed(
      evidence,
      `Run ${
        taskLine(context.options, "golive webhook")
      }: it prints the command that fetches lost events.`,
    );
  },
};

const time: GoLiveStep = {
  code: "rollback.time",
  title: "Did the rollback take less than 5 minutes?",
  source: "project",
  isRepeated: true,
  run(context) {
    const ms = Date.now() - beganAt(context);
    return Promise.resolve(
      ms < MOST_MS ? found(`${formatMs(ms)} from the start of the rollback`) : failed(
        `${formatMs(ms)} from the start of the rollback`,
        "The rollback took too long. The check rollback.flags-off says when sales stopped.",
      ),
    );
  },
};

/** The flags go off before anything that takes time, and are read again at the end. */
export const ROLLBACK: readonly GoLiveStep[] = redacting([
  ...[order, flags, paidMeanwhile, functions, time],
  ...[lostNothing, flagsStayOff],
]);
