/** Decides whether an interrupted run may go on, or has to begin anew. */
import { SettingsError } from "../../project/project-settings.ts";
import { fileOf, readRun, type Run, type RunOf } from "./run-file.ts";

export interface Resuming {
  /** The options that the person gives now, by name. */
  readonly asked: Readonly<Record<string, string>>;
  /** The greatest age of a run that may go on: older findings say nothing about today. */
  readonly mostMs: number;
  /**
   * Whether the command is urgent. If the last run of an urgent command can't be resumed, a new run
   * begins, even without --again.
   */
  readonly isUrgent?: boolean;
  /** Whether the command buys something. If so, a run whose record can't be read may have paid. */
  readonly buys?: boolean;
  /**
   * Called with a run that is not resumed, before its record is lost, because that run may have
   * paid.
   */
  readonly onDropped?: (run: Run) => Promise<void>;
}

/**
 * Passes the last run to `onDropped`, before a new run replaces its record.
 * @throws SettingsError if the record of a run that may have paid is damaged
 */
export async function dropRun(of: RunOf, { onDropped, buys }: Resuming): Promise<void> {
  if (onDropped === undefined) return;
  const run = await readRun(of).catch(() => {
    if (!buys) return undefined;
    throw new SettingsError(
      `${fileOf(of)} can't be read. Check in Stripe's dashboard whether the last run paid for an ` +
        "order. Then move this file to another folder: the next run begins anew, and may pay again.",
    );
  });
  if (run) await onDropped(run);
}

/** Returns why a run must not go on; undefined if it may. */
export function refusalOf(run: Run, { asked, mostMs }: Resuming, now: Date): string | undefined {
  const names = new Set([...Object.keys(run.asked), ...Object.keys(asked)]);
  const other = [...names].filter((name) => run.asked[name] !== asked[name]);
  if (other.length > 0) return `it was begun with another ${other.join(", ")}`;
  const age = now.getTime() - Date.parse(run.startedAt);
  return age <= mostMs ? undefined : `it was begun more than ${mostMs / 3_600_000} h ago`;
}

/**
 * Returns the run to resume; undefined to begin anew.
 * @throws SettingsError if the record is damaged, or the run was begun with other options or too
 *   long ago. An urgent run begins anew instead
 */
export async function runToResume(
  of: RunOf,
  resuming: Resuming,
  now: Date,
): Promise<Run | undefined> {
  try {
    const run = await readRun(of);
    const refusal = run && refusalOf(run, resuming, now);
    if (refusal === undefined) return run;
    throw new SettingsError(
      `The last ${of.command} was not finished, and ${refusal}: add --again to begin anew.`,
    );
  } catch (error) {
    if (resuming.isUrgent && error instanceof SettingsError) return undefined;
    throw error;
  }
}
