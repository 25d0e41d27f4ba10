/**
 * The flag that the canary switches on for more users at each stage. The canary changes the flag
 * only if nobody else has changed it since the canary's last change.
 */
import type { Context } from "../command/context.ts";
import {
  CANARY_REASON,
  describeFlag,
  type FlagNow,
  flagNow,
  isOwn,
  type Own,
  ownOf,
} from "../shared/canary-flags.ts";
import { type Flags, type FlagState, readFlags, setFlagOf } from "../shared/flags.ts";

const FACT = "canary.own";
const ENDED = "canary.ended";

/**
 * Thrown if somebody else has changed the flag. The canary then ends. An operator may have stopped
 * sales, and the canary must not overwrite that change.
 */
export class FlagTakenError extends Error {
  override readonly name = "FlagTakenError";
}

const ownIn = ({ facts }: Context): Own | undefined =>
  facts[FACT] === undefined ? undefined : JSON.parse(facts[FACT]) as Own;

/**
 * Returns whether this run has already set the flag for a stage, in this call of the command or in
 * an earlier one.
 */
export const hasOpened = (context: Context): boolean =>
  ownIn(context)?.reason?.startsWith(CANARY_REASON) ?? false;

/**
 * Whether the last stage is over. After that the canary changes nothing, even if somebody else sets
 * the flag.
 */
export const hasEnded = ({ facts }: Context): boolean => facts[ENDED] !== undefined;

export const rememberEnd = ({ tell }: Context): Promise<void> => tell({ [ENDED]: "yes" });

/** Remembers the flag as it is before the first stage. */
export async function rememberFlag({ tell }: Context, now: FlagNow): Promise<void> {
  const { state, percentage, change: before } = now;
  await tell({ [FACT]: JSON.stringify({ state, percentage, reason: null, before } satisfies Own) });
}

/**
 * Returns the flags if nobody else has changed the canary's flag.
 * @throws FlagTakenError if somebody else has changed it
 */
export async function requireOwn(context: Context, own = ownIn(context)): Promise<Flags> {
  const { project, options: { flag } } = context;
  const flags = await readFlags(project);
  const now = flagNow(flags, flag);
  if (own !== undefined && isOwn(now, own)) return flags;
  throw new FlagTakenError(`somebody else has changed the flag: ${describeFlag(flag, now)}`);
}

/** Sets the flag for a stage. Returns a check that throws if somebody else has changed the flag. */
export async function openFlag(
  context: Context,
  next: FlagState,
  stage: string,
): Promise<() => Promise<void>> {
  const { project, options: { flag }, run, tell } = context;
  const flags = await requireOwn(context);
  const reason = `${CANARY_REASON}: ${stage}, run ${run}`;
  const own = ownOf(flagNow(flags, flag)!, next, reason);
  await tell({ [FACT]: JSON.stringify(own) });
  // If somebody has changed the flags meanwhile, the call is not retried: a retry would overwrite
  // that person's change, which `requireOwn` has not seen.
  if (!await setFlagOf(project, flags, { name: flag, ...next }, reason)) {
    throw new FlagTakenError("somebody else changed a flag while the canary set its own");
  }
  return async () => void await requireOwn(context, own);
}
