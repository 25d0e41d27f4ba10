/** The preview of a change. The service computes it, because the service also makes the change. */
import type { ReactNode } from "react";
import type { Input, PathOf, Result } from "@farthing/client";
import { type Change, useChange } from "../reads/use-change.ts";

export interface DryRun<In, Plan> {
  readonly change: Change<In, Plan>;
  /** Turns the input of the change into the input of its dry run. */
  readonly inputOf: (input: In) => In;
  readonly show: (plan: Plan) => ReactNode;
  /**
   * Adds the result of the dry run to the input of the change, so that the change does exactly what
   * the preview showed.
   */
  readonly withPlan?: (input: In, plan: Plan) => In;
}

/** Sends the body of a change with `dry_run: true`, which changes nothing, and shows the result. */
export function useDryRun<P extends PathOf<"post">>(
  path: P,
  show: (plan: Result<"post", P>) => ReactNode,
): DryRun<Input<"post", P>, Result<"post", P>> {
  const change = useChange("post", path, { readsAgain: "never" });
  return {
    change,
    inputOf: (input) => ({ ...input, body: { ...input.body as object, dry_run: true } }) as never,
    show,
  };
}

/**
 * The routes that retry all failures that happened up to a given time: notifications that failed,
 * or users who were refused welcome credits.
 */
type RetryPath = "/notifications/retry" | "/credits/welcome-grants/retry";

/**
 * The dry run of a retry. It returns a limit: the time up to which failures are retried. The real
 * retry sends this limit, so it does not retry failures that happened after the dry run.
 */
export function useRetryPreview<P extends RetryPath>(
  path: P,
  show: (plan: Result<"post", P>) => ReactNode,
): DryRun<Input<"post", P>, Result<"post", P>> {
  return {
    ...useDryRun(path, show),
    withPlan: (input, plan) => {
      const { until } = plan as { until: string };
      return { ...input, body: { ...input.body as object, until } } as never;
    },
  };
}
