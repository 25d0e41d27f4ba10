/** One metered call, from its hold to its settlement. */
import type { HoldCharge, HoldRequest, ModelName } from "@farthing/client/server";
import type { Journal, JournalRecord } from "./journal.ts";
import { type Charged, FREE, type Free, type Service, settle, type Settled } from "./settle.ts";
import { chargeOf, type Price, type Pricing, type Spent } from "./price.ts";
import { areCounts } from "./tokens.ts";

/** The user who pays for a call, and the most that it can cost. */
export type CallTerms =
  & {
    readonly userId: string;
    /** The reason for the charge, which the user's history of credits shows. */
    readonly reason?: string | undefined;
    /** Stored with the charge. The usage report groups charges by `metadata.feature`. */
    readonly metadata?: Record<string, unknown> | undefined;
  }
  & ({
    /** The name of the rate that applies to the model. */
    readonly model: ModelName;
    readonly inputTokens: number;
    readonly maxOutputTokens: number;
    readonly amount?: never;
  } | { readonly amount: string; readonly model?: never });

/**
 * The charge could not be settled yet. The journal has the charge, and `finishSettlements` settles
 * it later.
 */
export interface Pending {
  readonly status: "pending";
  readonly error: unknown;
}

/** The result of a call in the mode `observe`, in which nothing is charged. */
export interface Observed {
  readonly status: "observed";
  /** The credits that the call would have cost; null if its price could not be read. */
  readonly credits: string | null;
  readonly error?: unknown;
}

export type Settlement = Settled | Free | Pending | Observed;

/** A call that has begun. Its credits are held, except in the mode `observe`. */
export interface MeteredCall {
  readonly id: string;
  readonly holdId: string | null;
  /**
   * Charges `spent`, or by default the most that the call can cost. Never throws: if the service is
   * unavailable, the charge is pending in the journal. Only the first `end` or `release` has an
   * effect. Each later one returns the same settlement.
   */
  end(spent?: Spent): Promise<Settlement>;
  /** Releases the held credits, because the call cost nothing. */
  release(): Promise<Settlement>;
}

/** The journal could not be written, so the work has not begun. */
export class JournalError extends Error {
  override readonly name = "JournalError";
}

/** The state that all calls of one `Metering` share. */
export interface Shared {
  readonly service: Service;
  readonly journal: Journal;
  readonly id: string;
  readonly ttlSeconds: number;
  readonly timeoutMs: number;
  readonly price: Price | undefined;
  readonly report: (settlement: Settlement, terms: CallTerms, id: string) => void;
  /** The calls of this process that have not ended. */
  readonly running: Set<string>;
  /**
   * The ended calls of this process whose charge is not settled. This map contains each such
   * charge, even if the journal could not store it.
   */
  readonly unsettled: Map<string, Charged>;
  /** The ids of records that could not be removed from the journal after their calls were done. */
  readonly leftover: Set<string>;
}

const REASON = "model call";

export function pricingOf({ model, metadata }: CallTerms, price: Price | undefined): Pricing {
  return { model, metadata, price };
}

const BAD_TOKENS = "inputTokens and maxOutputTokens must be whole numbers up to 1,000,000,000.";
const BAD_AMOUNT = 'amount must be a decimal string with at most 18 decimals, such as "12.5".';
const BAD_PRICE = 'price must return a decimal string with at most 18 decimals, such as "12.5".';

/**
 * Returns the most that the call can cost.
 * @throws TypeError if the service would refuse the amount or the tokens in the terms, or if it
 *   would refuse the price that the app's own function returns for these tokens
 */
export function mostOf(terms: CallTerms, pricing: Pricing): HoldCharge {
  const spent: Spent = terms.amount !== undefined
    ? { amount: terms.amount }
    : { tokens: { input_tokens: terms.inputTokens, output_tokens: terms.maxOutputTokens } };
  const most = chargeOf(spent, pricing);
  if (most !== null) return most;
  if (terms.amount !== undefined) throw new TypeError(BAD_AMOUNT);
  const hasCounts = areCounts(spent.tokens!);
  throw new TypeError(hasCounts && pricing.price !== undefined ? BAD_PRICE : BAD_TOKENS);
}

function holdTerms(
  terms: CallTerms,
  most: HoldCharge,
): Pick<HoldRequest, "amount" | "estimate"> {
  if (most.amount !== undefined) return { amount: most.amount };
  const { model, input_tokens, output_tokens } = most.usage!;
  return {
    estimate: { model: model ?? terms.model!, input_tokens, max_output_tokens: output_tokens },
  };
}

/**
 * Holds the most that the call can cost, and writes the call to the journal.
 * @throws FarthingError `insufficient_credits`, or any other failure of the hold
 * @throws JournalError if the journal cannot be written
 */
export async function beginCall(shared: Shared, terms: CallTerms): Promise<MeteredCall> {
  const { service, journal, running, timeoutMs } = shared;
  const pricing = pricingOf(terms, shared.price);
  const most = mostOf(terms, pricing);
  const reason = terms.reason ?? REASON;
  const body = {
    ...{ user_id: terms.userId, reason, ttl_seconds: shared.ttlSeconds },
    ...holdTerms(terms, most),
  };
  const hold = await service.holds.open(body, { timeoutMs });
  const record: JournalRecord = {
    ...{ id: crypto.randomUUID(), holdId: hold.hold_id, userId: terms.userId, reason },
    ...{ held: hold.amount, holdExpiresAt: hold.expires_at, startedBy: shared.id },
    ...{ most, charge: null },
  };
  running.add(record.id);
  try {
    await journal.write(record);
  } catch (cause) {
    // The record may exist although the write failed, for example if only the response of the
    // database was lost. So `releaseCall` also removes the record.
    await releaseCall(shared, record);
    running.delete(record.id);
    const message =
      "The call could not be written to the journal, so the model was not called. See error.cause.";
    throw new JournalError(message, { cause });
  }
  let ended: Promise<Settlement> | undefined;
  const endOnce = (how: () => Promise<Settlement>) =>
    ended ??= how().then((settlement) => {
      running.delete(record.id);
      shared.report(settlement, terms, record.id);
      return settlement;
    });
  return {
    id: record.id,
    holdId: record.holdId,
    end: (spent) => endOnce(() => endCall(shared, record, spent, pricing)),
    release: () => endOnce(() => releaseCall(shared, record)),
  };
}

async function endCall(
  shared: Shared,
  record: JournalRecord,
  spent: Spent | undefined,
  pricing: Pricing,
): Promise<Settlement> {
  const { journal, unsettled } = shared;
  // If the cost is unknown, the call is charged the most that it can cost.
  unsettled.set(record.id, { ...record, charge: record.most });
  try {
    const charge = spent && chargeOf(spent, pricing) || record.most;
    const charged = { ...record, charge };
    unsettled.set(record.id, charged);
    // If the journal fails now, the charge is still settled. If the settlement fails, too, the next
    // start finds the record that was written when the call began, and charges the maximum cost.
    await succeeds(() => journal.write(charged));
    return await settleRecord(shared, charged);
  } catch (error) {
    return { status: "pending", error };
  }
}

/**
 * Returns whether the work succeeds. An app's own journal may fail in two ways: it throws at once,
 * or its promise rejects.
 */
async function succeeds(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch {
    return false;
  }
}

/**
 * Removes the record of a call that is done. If the removal fails, `finishSettlements` repeats it.
 * If the process ends before that, the next start finds that the hold is settled or released.
 */
export async function removeRecord({ journal, leftover }: Shared, id: string): Promise<void> {
  if (await succeeds(() => journal.remove(id))) leftover.delete(id);
  else leftover.add(id);
}

/** Settles a record that has a charge, and removes it. */
export async function settleRecord(shared: Shared, record: Charged): Promise<Settled | Free> {
  const { service, unsettled, timeoutMs } = shared;
  const settlement = await settle(service, record, { timeoutMs });
  unsettled.delete(record.id);
  await removeRecord(shared, record.id);
  return settlement;
}

/**
 * Releases the hold. If the release fails, the hold expires by itself. Removes the record in both
 * cases: after a failed release, the next start would charge the call if it found the record.
 */
async function releaseCall(shared: Shared, { id, holdId }: JournalRecord): Promise<Settlement> {
  const { service, timeoutMs } = shared;
  await succeeds(() => service.holds.release(holdId, { timeoutMs }));
  await removeRecord(shared, id);
  return FREE;
}
