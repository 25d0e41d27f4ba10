/**
 * The first dollar at the end of `full`, which has switched the feature on for everyone. If money was
 * taken and no credits came, the next customer would lose money, too: the feature goes off. After
 * another failure it stays on, and the step says so.
 */
import type { Context, GoLiveStep } from "../command/context.ts";
import { taskLine } from "../command/task-line.ts";
import { failed, type Finding } from "../core/step.ts";
import { rollBack } from "../canary/roll-back.ts";

/** The steps whose failure means that a buyer has paid for nothing. */
const OWES = ["first-dollar.credits", "first-dollar.entry"];

function stillOn({ options }: Context, finding: Finding): Finding {
  const { flag } = options;
  const back = taskLine(options, `golive rollback --flag ${flag}`);
  return { ...finding, evidence: [...finding.evidence, `${flag} is on. To go back: ${back}`] };
}

export const withinFull = (step: GoLiveStep): GoLiveStep => ({
  ...step,
  async run(context) {
    const finding = await step.run(context).catch((error: Error) =>
      failed(error.message, "Correct the cause, and run the command again: it goes on from here.")
    );
    if (finding.state !== "failed") return finding;
    return OWES.includes(step.code)
      ? await rollBack(context, `${step.code} failed`, finding.evidence)
      : stillOn(context, finding);
  },
});
