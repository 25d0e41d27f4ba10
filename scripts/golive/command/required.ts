/** Marks the steps that a command exists for: a run that skips one is INCOMPLETE, and no GO. */
import type { Context, GoLiveStep } from "./context.ts";

export const needed = (steps: readonly GoLiveStep[], ...codes: readonly string[]): GoLiveStep[] =>
  steps.map((step) => codes.includes(step.code) ? { ...step, isRequired: true } : step);

/** Marks the finding and not the step, because the call's project and options decide about it. */
export const neededWhere = (
  isNeeded: (context: Context) => boolean,
  steps: readonly GoLiveStep[],
  ...codes: readonly string[]
): GoLiveStep[] =>
  steps.map((step) =>
    !codes.includes(step.code) ? step : {
      ...step,
      async run(context) {
        const finding = await step.run(context);
        return isNeeded(context) ? { ...finding, isRequired: true } : finding;
      },
    }
  );

/**
 * A stack on this machine has no secrets of its own, and its server is often newer than pg_dump.
 */
export const isHosted = ({ project }: Context): boolean => !project.isLocal;
