/**
 * The facts that the inbox takes from Stripe's events, and the results of the inbox's database
 * functions.
 */
import type * as events from "../../webhook-events.ts";
import type { Facts } from "../../stripe/event-facts.ts";
import type { Of, Page } from "./shapes.ts";

type WebhookEvent = Of<typeof events.WebhookEvent>;
type WebhookEventWithFacts = Of<typeof events.WebhookEventWithFacts>;
type WebhookEventWithEntries = Of<typeof events.WebhookEventWithEntries>;

export interface InboxEvent {
  id: string;
  type: string;
  livemode: boolean;
  /** The event's time, in seconds since 1970. */
  created: number;
  facts: Facts;
}

interface Received {
  received: true;
  duplicate?: true;
  deferred?: true;
  failed?: true;
}

/** A backfill that one runner has claimed. */
interface BackfillClaim {
  claimed_at: string;
  /** The creation time of the oldest event to fetch, in seconds since 1970. */
  since: number;
}

/** A payment that waits for the event of its checkout session. */
export interface WaitingPayment {
  payment_id: string;
  /** The time of the payment's event, in seconds since 1970. */
  paid_at: number;
}

export interface InboxResults {
  inbox_receive: Received;
  inbox_list: Page<"events", WebhookEvent>;
  inbox_read: WebhookEventWithEntries;
  /** Applies an event again. An event that was processed, or has no facts, stays unchanged. */
  inbox_replay: WebhookEventWithFacts;
  inbox_dead: string[];
  /** Takes ids of events, and returns the ids of those events that never arrived. */
  inbox_missing: string[];
  /** Null if no backfill is due, or if another runner has claimed the backfill. */
  backfills_claim: BackfillClaim | null;
  /**
   * Ends a runner's claim of the backfill. An incomplete backfill is repeated from the same start.
   * If some events could not be read, the next backfill begins at least 15 minutes after this
   * claim.
   */
  backfills_finish: unknown;
  /**
   * Leases the payments that still lack the event of their checkout session after a minute. While a
   * payment waits, it is leased again from time to time.
   */
  sessions_claim: WaitingPayment[];
}
