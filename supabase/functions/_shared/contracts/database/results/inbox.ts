/** Facts that the inbox takes from Stripe's events, and results of its functions for operators. */
import type * as events from "../../webhook-events.ts";
import type { Facts } from "../../stripe/facts.ts";
import type { Of, Page } from "./shapes.ts";

type WebhookEvent = Of<typeof events.WebhookEvent>;
type WebhookEventWithFacts = Of<typeof events.WebhookEventWithFacts>;

export interface InboxEvent {
  id: string;
  type: string;
  livemode: boolean;
  /** Seconds since 1970. */
  created: number;
  facts: Facts;
}

interface Received {
  received: true;
  duplicate?: true;
  deferred?: true;
  failed?: true;
}

/** A backfill that is one runner's. */
interface BackfillClaim {
  claimed_at: string;
  /** Seconds since 1970. */
  since: number;
}

export interface InboxResults {
  inbox_receive: Received;
  inbox_list: Page<"events", WebhookEvent>;
  inbox_read: WebhookEventWithFacts;
  /** Applies what was not; an event that was processed stays as it is. */
  inbox_replay: WebhookEventWithFacts;
  inbox_dead: string[];
  /** Those of the ids that never came. */
  inbox_missing: string[];
  /** Null where none is due, or another runner is at it. */
  backfills_claim: BackfillClaim | null;
  /** Events that could not be read are asked for again, though not at once. */
  backfills_finish: unknown;
}
