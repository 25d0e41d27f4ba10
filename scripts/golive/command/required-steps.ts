/**
 * Marks the steps that a command must complete: a run that skips one of them is INCOMPLETE, not GO.
 */
import type { Context, GoLiveStep } from "./context.ts";

export const needed = (steps: readonly GoLiveStep[], ...codes: readonly string[]): GoLiveStep[] =>
  steps.map((step) => codes.includes(step.code) ? { ...step, isRequired: true } : step);

/**
 * Makes these steps required if `isNeeded` returns true. This depends on the project and on the
 * options of the call, so the steps' findings are marked, and not the steps themselves.
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
