/** Steps that a command is for: a run that skips one of them is INCOMPLETE, and no GO. */
import type { Context, GoLiveStep } from "./context.ts";

export const needed = (steps: readonly GoLiveStep[], ...codes: readonly string[]): GoLiveStep[] =>
  steps.map((step) => codes.includes(step.code) ? { ...step, isRequired: true } : step);

/** Marks the finding and not the step: only the call tells where it runs and what it was asked for. */
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

/** A stack on this machine has no secrets of its own, and often no pg_dump that can read it. */
export const isHosted = ({ project }: Context): boolean => !project.isLocal;
