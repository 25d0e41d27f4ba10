/**
 * Drops the restored database at the end, and also when a step fails, because the database contains
 * hashes of passwords.
 */
import type { Context, GoLiveStep } from "../command/context.ts";
import { type Finding, found, skipped } from "../core/step.ts";
import { drop, nameOf, NO_DUMP } from "./second-database.ts";

const isBad = ({ state }: Finding): boolean => state === "failed";

/**
 * Wraps a step. If the step fails or throws, drops the second database, which earlier steps of this
 * run have filled. Without that database the run can't be resumed, so the next run begins anew.
 */
export function dropIfFailed(
  step: GoLiveStep,
  dropBeside: (context: Context) => Promise<void> = async ({ project: { databaseUrl }, run }) => {
    if (databaseUrl !== undefined) await drop(databaseUrl, nameOf(run));
  },
): GoLiveStep {
  return {
    ...step,
    async run(context) {
      let finding: Finding | undefined;
      try {
        finding = await step.run(context);
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error);
        const fix = "Correct the cause, and run the command again: it begins with a new dump.";
        finding = { state: "failed", evidence: [said], fix };
      } finally {
        if (finding === undefined || isBad(finding)) await dropBeside(context);
      }
      return isBad(finding) ? { ...finding, beginsAnew: true } : finding;
    },
  };
}

export const cleanUp: GoLiveStep = {
  code: "snapshot.clean-up",
  title: "Is the second database dropped?",
  source: "project",
  async run({ project: { databaseUrl }, facts, run }) {
    if (facts["snapshot.file"] === undefined || databaseUrl === undefined) return skipped(NO_DUMP);
    await drop(databaseUrl, nameOf(run));
    return found(`the database ${nameOf(run)} is dropped; the dump stays`);
  },
};
