/**
 * Work that a user pays for: credits are held before the work, and the hold is settled after it.
 */
import type { HoldRequest, OpenedHold, SettledHold, SettleRequest } from "../generated/api.ts";
import type { Api } from "../core/api.ts";
import { type ErrorFacts, FarthingError } from "../core/farthing-error.ts";
import { newId } from "../core/new-id.ts";
import type { WithModels } from "../core/models.ts";
import type { CallOptions } from "../core/send.ts";

export type HoldTerms =
  & { readonly userId: string; readonly ttlSeconds?: number; readonly reason?: string }
  & ({ readonly amount: string; readonly estimate?: never } | {
    readonly estimate: WithModels<NonNullable<HoldRequest["estimate"]>>;
    readonly amount?: never;
  });

/** The cost of the work: credits, or the usage of a model. */
export type HoldCharge =
  | { readonly amount: string; readonly usage?: never }
  | { readonly usage: WithModels<NonNullable<SettleRequest["usage"]>>; readonly amount?: never };

/** The work's result, and what it cost. */
export interface Work<Value> {
  readonly value: Value;
  readonly charge: HoldCharge;
}

export interface Paid<Value> {
  readonly value: Value;
  readonly settled: SettledHold;
}

/**
 * The work is done, but the hold could not be settled. `value` is the work's result. Settle the
 * hold with `charge` again before it expires, or charge the work as usage.
 */
export class UnsettledError extends FarthingError {
  constructor(
    facts: ErrorFacts,
    readonly hold: OpenedHold,
    readonly charge: HoldCharge,
    readonly value: unknown,
    cause: unknown,
  ) {
    super(facts, cause);
  }
}

function requestOf({ userId, ttlSeconds, reason, amount, estimate }: HoldTerms): HoldRequest {
  return {
    user_id: userId,
    ...(amount === undefined ? { estimate } : { amount }),
    ...(ttlSeconds !== undefined && { ttl_seconds: ttlSeconds }),
    ...(reason !== undefined && { reason }),
  } as HoldRequest;
}

/**
 * Opens the hold. If an earlier run of the work used the same Idempotency-Key, the service replays
 * its response to that run. This response says `open` even if the earlier run has since settled or
 * released the hold, so a replayed hold is read again.
 * @throws FarthingError `hold_not_open` if an earlier run has settled or released the hold
 */
async function openHold(api: Api, terms: HoldTerms, call: CallOptions): Promise<OpenedHold> {
  const hold = await api.change("post", "/credits/holds", { body: requestOf(terms) }, call);
  if (!hold.replayed) return hold;
  const { signal, timeoutMs } = call;
  const path = { id: hold.hold_id };
  const { status } = await api.read("/credits/holds/{id}", { path }, { signal, timeoutMs });
  if (status === "open") return hold;
  const message = `An earlier run with this idempotencyKey has ended its hold (${status}). ` +
    "Pass another idempotencyKey to do the work again.";
  const facts = { code: "hold_not_open", message, status: 409, retryable: false } as const;
  throw new FarthingError({ ...facts, details: { hold_id: hold.hold_id, status } });
}

/** Releases the hold. Ignores a failure, because the hold expires by itself. */
async function release(api: Api, id: string, call: CallOptions): Promise<void> {
  const input = { path: { id }, body: {} };
  await api.change("post", "/credits/holds/{id}/release", input, call).catch(() => {});
}

/**
 * Holds credits, does the work, and settles the hold with what the work cost. If the work throws an
 * error, releases the hold and throws the same error.
 *
 * `signal` aborts only the opening of the hold. `work` may watch the same signal. Once the work is
 * done, the hold is settled even if the signal has aborted.
 *
 * With an `idempotencyKey` of an earlier run, the work is done again only while the hold of that
 * run is open, for example after a crash. If two runs with one key do the work at the same time,
 * only one of them settles the hold, and the other throws an `UnsettledError`.
 * @throws FarthingError `insufficient_credits` before `work` begins, and `hold_not_open` if an
 *   earlier run with the same key has settled or released its hold
 * @throws UnsettledError if the work is done and the hold could not be settled, for example
 *   `hold_not_open` because another run with the same key has ended the hold meanwhile
 */
export async function withHold<Value>(
  api: Api,
  terms: HoldTerms,
  work: (hold: OpenedHold) => Promise<Work<Value>>,
  { signal, ...options }: CallOptions,
): Promise<Paid<Value>> {
  const hold = await openHold(api, terms, { ...options, signal });
  // This run settles or releases the hold with a key of its own. With the caller's key, the service
  // would replay the settlement of another run, and this run's work would be free.
  const call = { ...options, idempotencyKey: newId() };
  let done: Work<Value>;
  try {
    done = await work(hold);
  } catch (error) {
    await release(api, hold.hold_id, call);
    throw error;
  }
  const { charge, value } = done;
  const input = { path: { id: hold.hold_id }, body: charge as SettleRequest };
  try {
    return { value, settled: await api.change("post", "/credits/holds/{id}/settle", input, call) };
  } catch (error) {
    if (!(error instanceof FarthingError)) throw error;
    throw new UnsettledError(error, hold, charge, value, error);
  }
}
