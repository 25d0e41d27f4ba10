/** Settles the hold of a call that has ended. The call is charged at most once, even after errors. */
import { FarthingError, type FarthingServer, type HoldCharge } from "@farthing/client/server";
import type { JournalRecord } from "./journal.ts";

/** The part of the back end's client that is used here. */
export type Service = Pick<FarthingServer, "holds" | "usage" | "credits" | "change">;

/** The call has been charged. */
export interface Settled {
  readonly status: "settled";
  /** The charged credits; null if an earlier attempt charged them, but its response was lost. */
  readonly credits: string | null;
  readonly balanceAfter: string | null;
  /**
   * Whether the cost would have left more debt than the overdraft limit allows. Then the available
   * credits or the held credits were charged, whichever are more.
   */
  readonly isCapped: boolean;
}

/** The call cost nothing. */
export interface Free {
  readonly status: "free";
}

export const FREE: Free = { status: "free" };
const SETTLED_BEFORE: Settled = {
  status: "settled",
  credits: null,
  balanceAfter: null,
  isCapped: false,
};

/** A record of a call that has ended. */
export type Charged = JournalRecord & { readonly charge: HoldCharge };
type Call = { readonly timeoutMs: number };

/**
 * Whether the charge is 0 credits. A hold can be settled with 0 credits, but 0 can't be debited.
 */
const isNothing = ({ amount }: HoldCharge) => amount !== undefined && Number(amount) === 0;

/**
 * Charges a call whose hold can no longer be settled. The request contains the record's id, so the
 * service does not charge again if the request is repeated.
 */
async function chargeLate(service: Service, record: Charged, call: Call): Promise<Settled | Free> {
  const { id, userId: user_id, reason, charge, holdId } = record;
  const hold = await service.holds.get(holdId, call);
  // This hold is not open and was not settled. If it ended before its expiry, this package released
  // it, because the call is free. Otherwise it expired.
  const isReleased = hold.resolved_at !== null &&
    Date.parse(hold.resolved_at) < Date.parse(hold.expires_at);
  if (isReleased || isNothing(charge)) return FREE;
  try {
    if (charge.amount !== undefined) {
      const body = { user_id, amount: charge.amount, reason, reference_id: id, once: true };
      const { balance_after } = await service.credits.debit(body, call);
      return { ...SETTLED_BEFORE, credits: charge.amount, balanceAfter: balance_after };
    }
    const body = { user_id, event_id: id, ...charge.usage };
    const { credits, balance_after } = await service.usage(body, call);
    return { ...SETTLED_BEFORE, credits, balanceAfter: balance_after };
  } catch (error) {
    const { code } = error as FarthingError;
    if (code === "usage_conflict" || code === "reference_conflict") return SETTLED_BEFORE;
    if (code === "not_found") return FREE; // The user was deleted, and nobody else can pay.
    throw error;
  }
}

/**
 * The codes by which the service refuses a request's body. The code is compared instead of the
 * status: a proxy's response can have the same status, although the service has not refused the
 * charge.
 */
const BAD_BODY: readonly FarthingError["code"][] = [
  ...["invalid_request", "payload_too_large", "unknown_model"] as const,
];

/**
 * Returns the charges to attempt, in this order: the charge, the charge without its metadata, and
 * the held amount. The next one is attempted only if the service has refused the previous one as
 * invalid. The metadata and the charge were not part of the request for the hold, so the service
 * could not refuse them before the model was called. If a refused charge were free, a user who
 * controls a part of these values could get free calls.
 */
function chargesOf({ charge, held }: Charged): HoldCharge[] {
  const charges = [charge];
  if (charge.usage?.metadata !== undefined) {
    const { metadata: _, ...usage } = charge.usage;
    charges.push({ usage });
  }
  return [...charges, { amount: held }];
}

/**
 * Settles the hold of a call with its charge.
 * @throws FarthingError if the charge has to be settled later
 */
export async function settle(
  service: Service,
  record: Charged,
  call: Call,
): Promise<Settled | Free> {
  let refusal: unknown;
  for (const charge of chargesOf(record)) {
    try {
      return await settleOnce(service, { ...record, charge }, call);
    } catch (error) {
      if (!BAD_BODY.includes((error as FarthingError).code)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/**
 * Returns the charge of a call whose cost would leave more debt than the overdraft limit allows:
 * the available credits or the held credits, whichever are more. The cost can be far above the held
 * credits, for example for a file of many pages.
 */
function cappedCharge({ held }: Charged, details: FarthingError["details"]): HoldCharge {
  const available = details?.["available"];
  const hasMore = typeof available === "string" && Number(available) > Number(held);
  return { amount: hasMore ? available : held };
}

async function settleOnce(
  service: Service,
  record: Charged,
  call: Call,
): Promise<Settled | Free> {
  const settleWith = async (charge: HoldCharge, isCapped: boolean): Promise<Settled> => {
    const { settled, balance_after } = await service.holds.settle(record.holdId, charge, call);
    return { status: "settled", credits: settled, balanceAfter: balance_after, isCapped };
  };
  try {
    return await settleWith(record.charge, false);
  } catch (error) {
    const { code, details } = error as FarthingError;
    if (code === "overdraft_exceeded") return await settleWith(cappedCharge(record, details), true);
    if (code !== "hold_not_open") throw error;
    return details?.["status"] === "settled"
      ? SETTLED_BEFORE
      : await chargeLate(service, record, call);
  }
}
