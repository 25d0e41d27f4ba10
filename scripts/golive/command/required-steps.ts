/**
 * Marks the steps that a command must complete: a run that skips one of them is INCOMPLETE, not GO.
 */
import type { Context, GoLiveStep } from "./context.ts";

export const needed = (steps: readonly GoLiveStep[], ...codes: readonly string[]): GoLiveStep[] =>
  steps.map((step) => codes.includes(step.code) ? { ...step, isRequired: true } : step);

/**
 * Marks the findings of these steps as required if `isNeeded` returns true. The steps themselves
 * are not marked, because the project and the options of the call decide whether they are required.
 */
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
 * Whether the project is hosted. Some steps are not required of a stack on this machine: it has no
 * secrets of its own, and its server is often newer than pg_dump.
 */
export const isHosted = ({ project }: Context): boolean => !project.isLocal;
