/** When to read a balance again of which credits are held. */
import type { CurrentBalance } from "@farthing/client";

/** The part of a query of TanStack that is used here. */
interface BalanceQuery {
  readonly state: {
    readonly data: CurrentBalance | undefined;
    readonly dataUpdatedAt: number;
    readonly error: unknown;
  };
}

interface Held {
  readonly amount: string;
  /** When this amount was read first. */
  readonly since: number;
}

const SHORTEST_WAIT_MS = 2_000;
/** A hold may live for a day, so a page must not ask for it every few seconds. */
const LONGEST_WAIT_MS = 60_000;

const lastHeld = new WeakMap<object, Held>();

/**
 * Returns the wait before the next reading while credits are held, and otherwise false. No event
 * says when a hold ends: the last step of a cancelled job is charged after the job has ended, and a
 * back end settles its own holds. Each wait is as long as the same amount has been held, so the
 * readings get rare.
 */
export function heldCreditsInterval(query: BalanceQuery): number | false {
  const { data, dataUpdatedAt, error } = query.state;
  if (data === undefined || error !== null || !(Number(data.held) > 0)) {
    lastHeld.delete(query);
    return false;
  }
  let held = lastHeld.get(query);
  if (held?.amount !== data.held) {
    held = { amount: data.held, since: dataUpdatedAt };
    lastHeld.set(query, held);
  }
  return Math.min(Math.max(dataUpdatedAt - held.since, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
}
