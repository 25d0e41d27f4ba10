/** Runs the steps of a command in their order, until one fails. */
import { endRun, readRun, type Run, writeRun } from "./run-file.ts";
import type { Finding, Shown, Step } from "./step.ts";

/** The part of a step's context that is the same for all commands. */
export interface Facts {
  /** The run's id, which stays the same when a run is continued. */
  readonly run: string;
  /** The facts of earlier steps, also those of the run that this one continues. */
  readonly facts: Readonly<Record<string, string>>;
  /** Leaves facts for later steps, such as the id of an order. They are written at once. */
  readonly tell: (facts: Readonly<Record<string, string>>) => Promise<void>;
}

interface Running<Context> {
  readonly of: Pick<Run, "project" | "command" | "mode">;
  readonly steps: readonly Step<Context & Facts>[];
  readonly context: Context;
  /** Whether to go on with a run that was ended. */
  readonly continues: boolean;
  readonly now: () => Date;
  readonly onShown: (shown: Shown, isFromBefore: boolean) => void;
  /** Is called when a step starts; the returned function is called when it has ended. */
  readonly onStarted?: (step: Pick<Shown, "code" | "title">) => () => void;
  /** Whether the steps behind a failed one run, too, as in a list of checks. */
  readonly goesOn?: boolean;
}

async function findingOf<Context>(
  step: Step<Context & Facts>,
  context: Context & Facts,
): Promise<Finding> {
  try {
    return await step.run(context);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const fix = "Correct the cause, and run the command again: it goes on from here.";
    return { state: "failed", evidence: [said], fix };
  }
}

/** Returns the run, with a finding of each step that ran. Its record is removed if nothing failed. */
export async function runSteps<Context>(running: Running<Context>): Promise<Run> {
  const { of, steps, context, continues, now, onShown, goesOn = false } = running;
  const before = continues ? await readRun(of) : undefined;
  let run: Run = before ?? {
    ...of,
    id: crypto.randomUUID(),
    startedAt: now().toISOString(),
    shown: [],
    facts: {},
  };
  const isShown = ({ state }: Shown) => state === "ok" || state === "warning";
  const known = new Map(run.shown.filter(isShown).map((shown) => [shown.code, shown]));
  run = { ...run, shown: [] };
  // The id is stored before the first step, because steps derive idempotency keys from it.
  if (before === undefined) await writeRun(run);
  const tell = async (facts: Readonly<Record<string, string>>) => {
    run = { ...run, facts: { ...run.facts, ...facts } };
    await writeRun(run);
  };
  for (const [nth, step] of steps.entries()) {
    const { code, title, source } = step;
    const earlier = step.isRepeated ? undefined : known.get(code);
    const startedAt = now();
    const done = earlier === undefined ? running.onStarted?.(step) : undefined;
    const finding = earlier ?? await findingOf(step, {
      ...context,
      run: run.id,
      facts: run.facts,
      tell,
    });
    done?.();
    const shown: Shown = earlier ?? {
      ...finding,
      ...{ code, title, source, startedAt: startedAt.toISOString() },
      ms: now().getTime() - startedAt.getTime(),
    };
    run = { ...run, shown: [...run.shown, shown] };
    // The findings of an earlier run stay in the record, also if this one ends before it gets there.
    const ahead = steps.slice(nth + 1).flatMap(({ code }) => known.get(code) ?? []);
    await writeRun({ ...run, shown: [...run.shown, ...ahead] });
    onShown(shown, earlier !== undefined);
    if (shown.beginsAnew) await endRun(run);
    if (shown.state === "failed" && !goesOn) return run;
  }
  if (run.shown.every(({ state }) => state !== "failed")) await endRun(run);
  return run;
}
