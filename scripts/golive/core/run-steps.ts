/** Runs the steps of a command in order. A failed step ends the run, unless `goesOn` is set. */
import { dropRun, type Resuming, runToResume } from "./run-to-resume.ts";
import { endRun, type Run, type RunOf, writeRun } from "./run-file.ts";
import type { Finding, Shown, Step } from "./step.ts";
import { findingOfError } from "./unreachable.ts";

/** The part of a step's context that is the same for all commands. */
export interface Facts {
  /** The run's id, which stays the same when a run is continued. */
  readonly run: string;
  /**
   * The facts of earlier steps. If this call resumes a run, they include the facts of the run's
   * earlier calls.
   */
  readonly facts: Readonly<Record<string, string>>;
  /** Stores facts for later steps, such as the id of an order. The facts are written at once. */
  readonly tell: (facts: Readonly<Record<string, string>>) => Promise<void>;
}

interface Running<Context> {
  readonly of: RunOf;
  readonly steps: readonly Step<Context & Facts>[];
  readonly context: Context;
  /** Whether to go on with a run that was interrupted. */
  readonly continues: boolean;
  readonly resuming?: Resuming;
  readonly now: () => Date;
  readonly onShown: (shown: Shown, isFromBefore: boolean) => void;
  /** Called when a step starts; the returned function is called when the step has ended. */
  readonly onStarted?: (step: Pick<Shown, "code" | "title">) => () => void;
  /** Whether the run goes on after a failed step, as in a list of checks. */
  readonly goesOn?: boolean;
  /**
   * Whether the next call begins at the first step, even if this call has failed at a later step.
   */
  readonly beginsAgain?: boolean;
  /**
   * Stores the report. The record is removed only after that, because until then it is the only
   * copy of the evidence.
   */
  readonly onEnded?: (run: Run) => Promise<void>;
  /** Called with a sentence if the record can't be written or removed; the run goes on. */
  readonly onWarning?: (says: string) => void;
}

const DAY_MS = 86_400_000;

async function findingOf<Context>(
  step: Step<Context & Facts>,
  context: Context & Facts,
  onError: (error: unknown) => Finding,
): Promise<Finding> {
  try {
    return await step.run(context);
  } catch (error) {
    return onError(error);
  }
}

/**
 * Writes the record. With `mayFail`, an error is only a warning. `mayFail` is true after a step: if
 * a canary ended because its record can't be written, its flag would stay on, and nothing would
 * watch the flag. For a rollback `mayFail` is always true, because a rollback must go on even
 * without a record.
 */
async function write<Context>(running: Running<Context>, run: Run, mayFail = false): Promise<void> {
  await writeRun(run).catch((error: Error) => {
    if (!mayFail) throw error;
    running.onWarning?.(`The run's record can't be written: ${error.message}`);
  });
}

/**
 * Returns the resumed or new run, before its first step. Also returns the findings of earlier
 * calls, by the step's code.
 */
async function begin<Context>(running: Running<Context>) {
  const { of, continues, now, resuming } = running;
  const asked = resuming?.asked ?? {};
  const before = continues
    ? await runToResume(of, resuming ?? { asked, mostMs: DAY_MS }, now())
    : undefined;
  const anew = { id: crypto.randomUUID(), startedAt: now().toISOString(), asked, facts: {} };
  const run: Run = { ...(before ?? { ...of, ...anew }), shown: [] };
  const isShown = ({ state }: Shown) => state === "ok" || state === "warning";
  const known = (before?.shown ?? []).filter(isShown).map((shown) =>
    [shown.code, { ...shown, isFromBefore: true }] as const
  );
  // The id is stored before the first step, because steps derive idempotency keys from it.
  if (before === undefined) {
    if (resuming) await dropRun(of, resuming);
    await write(running, run, resuming?.isUrgent);
  }
  return { run, known: new Map<string, Shown>(known) };
}

/**
 * Passes the run to `onDropped`, which stores the run's purchase. Returns whether this worked. If
 * it did not, the run's record must not be removed.
 */
async function isDropped<Context>(running: Running<Context>, run: Run): Promise<boolean> {
  try {
    await running.resuming?.onDropped?.(run);
    return true;
  } catch (error) {
    running.onWarning?.(`The run's record stays: ${(error as Error).message}`);
    return false;
  }
}

/** Runs the steps in their order, and writes the record after each. */
async function walk<Context>(running: Running<Context>): Promise<Run> {
  const { steps, context, now, onShown, goesOn = false, beginsAgain = false } = running;
  const silent = new Set<string>();
  const then = beginsAgain
    ? "run the command again"
    : "run the command again: it goes on from here";
  const begun = await begin(running);
  const { known } = begun;
  let { run } = begun;
  const tell = async (facts: Readonly<Record<string, string>>) => {
    run = { ...run, facts: { ...run.facts, ...facts } };
    const shown = [...run.shown, ...aheadOf(run.shown.length)];
    await write(running, { ...run, shown }, running.resuming?.isUrgent);
  };
  // The findings of an earlier call stay in the record, even if this call ends before it reaches
  // their steps.
  const aheadOf = (nth: number) => steps.slice(nth).flatMap(({ code }) => known.get(code) ?? []);
  for (const [nth, step] of steps.entries()) {
    const { code, title, source, isRequired } = step;
    const earlier = step.isRepeated ? undefined : known.get(code);
    const startedAt = now();
    const done = earlier === undefined ? running.onStarted?.(step) : undefined;
    const own = { ...context, run: run.id, facts: run.facts, tell };
    const finding = earlier ??
      await findingOf(step, own, (error) => findingOfError(error, silent, then));
    done?.();
    const shown: Shown = earlier ?? {
      ...finding,
      ...{ code, title, source, startedAt: startedAt.toISOString() },
      ms: now().getTime() - startedAt.getTime(),
      ...(isRequired && { isRequired }),
    };
    run = { ...run, shown: [...run.shown, shown] };
    await write(running, { ...run, shown: [...run.shown, ...aheadOf(nth + 1)] }, true);
    onShown(shown, earlier !== undefined);
    if (shown.beginsAnew && await isDropped(running, run)) await endRun(run);
    if (shown.ends || (shown.state === "failed" && !goesOn)) return run;
  }
  return run;
}

/**
 * Returns the run with its findings. If a step has failed or has set `ends`, the run's record
 * stays. Otherwise removes the record.
 */
export async function runSteps<Context>(running: Running<Context>): Promise<Run> {
  const run = await walk(running);
  await running.onEnded?.(run);
  if (run.shown.every(({ state, ends }) => state !== "failed" && !ends)) await endRun(run);
  return run;
}
