/**
 * Shows who made a flag's newest change. A canary must not undo somebody else's change, and a
 * rollback looks for the flags that a canary has switched.
 */
import type { FlagName, Flags, FlagState } from "./flags.ts";

/** Every change by a canary has a reason that begins with this text. A rollback looks for it. */
export const CANARY_REASON = "golive canary";

/** The flag as it is, and its newest change. */
export interface FlagNow {
  readonly state: "on" | "off" | "percentage";
  readonly percentage: number;
  /** Identifies the newest change, even if the flag was changed and then changed back. */
  readonly change: string;
  readonly reason: string | null;
  readonly author: string | null;
}

export function flagNow({ flags, history }: Flags, name: FlagName): FlagNow | undefined {
  const flag = flags.find((each) => each.name === name);
  if (flag === undefined) return undefined;
  const newest = history.find((each) => each.name === name);
  return {
    ...{ state: flag.state, percentage: flag.state === "percentage" ? flag.percentage : 0 },
    change: `${newest?.version ?? "0"} ${flag.changed_at}`,
    ...{ reason: newest?.reason ?? null, author: flag.changed_by },
  };
}

/**
 * The canary's own last change. It is stored before the flag is changed, so that it is known even
 * if the run is killed right after the change.
 */
export interface Own {
  readonly state: FlagNow["state"];
  readonly percentage: number;
  /**
   * The reason of the change. It contains the run's id, so that no other change has the same
   * reason.
   */
  readonly reason: string | null;
  /**
   * The newest change before the canary's own. If the flag already has the state that the canary
   * sets, no new change is made, and `before` stays the newest change.
   */
  readonly before: string;
}

export const ownOf = (now: FlagNow, next: FlagState, reason: string): Own => ({
  state: next.state,
  percentage: next.state === "percentage" ? next.percentage : 0,
  ...{ reason, before: now.change },
});

/**
 * Returns true if nobody else has changed the flag since the canary stored `own`. This is also true
 * if the canary was killed before it made the change.
 */
export function isOwn(now: FlagNow | undefined, own: Own): boolean {
  if (now === undefined) return false;
  if (now.change === own.before) return true;
  return now.reason === own.reason && now.state === own.state &&
    now.percentage === own.percentage;
}

/** Returns the flags whose newest change was made by a canary and not by somebody else. */
export const flagsOfCanary = (settings: Flags): FlagName[] =>
  (["b2c", "b2b"] as const).filter((name) =>
    flagNow(settings, name)?.reason?.startsWith(CANARY_REASON)
  );

export const describeFlag = (name: string, now: FlagNow | undefined): string =>
  now === undefined
    ? `there is no flag ${name}`
    : `${name} is ${now.state === "percentage" ? `at ${now.percentage} %` : now.state}, by ${
      now.author ?? "nobody"
    }${now.reason === null ? "" : ` (${now.reason})`}`;
