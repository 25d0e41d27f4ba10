/** One step of a go-live command: what it checks, and what it has found. */

/**
 * `ok`: the evidence answers the question in the step's title. `warning`: something is missing, but
 * no customer notices it at once. `failed`: the report is a NO-GO. `skipped`: the step did not run,
 * and the evidence says why.
 */
export type State = "ok" | "warning" | "failed" | "skipped";

export interface Finding {
  readonly state: State;
  /** The facts, in one line or more, without secrets, email addresses and card data. */
  readonly evidence: readonly string[];
  /** The next action of a person, if the state is not `ok`. */
  readonly fix?: string;
  /**
   * Whether the next run begins at the first step again, because the effects of this run were
   * undone.
   */
  readonly beginsAnew?: boolean;
  /**
   * Whether sales must stop, because the step has shown that buyers pay and get no credits or a
   * wrong number of credits.
   */
  readonly owes?: boolean;
  /**
   * Whether the run ends after this step although nothing has failed, because this step did not
   * find what the next step needs.
   */
  readonly ends?: boolean;
  /** Whether this project or this call's options require the step: see `Step.isRequired`. */
  readonly isRequired?: boolean;
}

/**
 * The system that a step's evidence comes from. A complete report has evidence from `stripe`,
 * `credits` and `ledger`.
 */
export type Source = "stripe" | "credits" | "ledger" | "project";

export interface Step<Context> {
  /**
   * A stable name, such as `preflight.key-modes`. Docs and reports use it to refer to the check.
   */
  readonly code: string;
  readonly title: string;
  readonly source: Source;
  /** Whether a resumed run repeats the step, because its earlier finding may be out of date. */
  readonly isRepeated?: boolean;
  /** Whether a run without this step is incomplete, so that it can't be a GO. */
  readonly isRequired?: boolean;
  readonly run: (context: Context) => Promise<Finding>;
}

/** A finding with its step and its time. */
export interface Shown extends Finding {
  readonly code: string;
  readonly title: string;
  readonly source: Source;
  readonly startedAt: string;
  readonly ms: number;
  /** Whether the finding comes from an earlier call of the same run. */
  readonly isFromBefore?: boolean;
}

export const found = (evidence: string | readonly string[]): Finding => ({
  state: "ok",
  evidence: [evidence].flat(),
});

export const failed = (evidence: string | readonly string[], fix: string): Finding => ({
  state: "failed",
  evidence: [evidence].flat(),
  fix,
});

export const warning = (evidence: string | readonly string[], fix: string): Finding => ({
  state: "warning",
  evidence: [evidence].flat(),
  fix,
});

export const skipped = (why: string): Finding => ({ state: "skipped", evidence: [why] });
