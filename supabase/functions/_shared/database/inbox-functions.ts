/** The database functions of the inbox: what Stripe delivers, and what operators do with it. */
import type { z } from "@hono/zod-openapi";
import type * as events from "../contracts/webhook-events.ts";
import type { Facts } from "../stripe/facts.ts";
import type { Fn, Optional } from "./functions.ts";

type WebhookEvent = z.output<typeof events.WebhookEvent>;
type WebhookEventWithFacts = z.output<typeof events.WebhookEventWithFacts>;

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

interface ListArgs {
  p_state: Optional<string>;
  p_type: Optional<string>;
  p_before: Optional<string>;
  p_limit: number;
}

/** A backfill that is one runner's. */
interface BackfillClaim {
  claimed_at: string;
  /** Seconds since 1970. */
  since: number;
}

export interface InboxFunctions {
  inbox_receive: Fn<{ p_event: InboxEvent }, Received>;
  inbox_list: Fn<ListArgs, { events: WebhookEvent[]; next_before: string | null }>;
  inbox_read: Fn<{ p_event_id: string }, WebhookEventWithFacts>;
  /** Applies what was not; an event that was processed stays as it is. */
  inbox_replay: Fn<{ p_event_id: string }, WebhookEventWithFacts>;
  inbox_dead: Fn<{ p_limit: number }, string[]>;
  /** Those of the ids that never came. */
  inbox_missing: Fn<{ p_event_ids: readonly string[] }, string[]>;
  /** Null where none is due, or another runner is at it. */
  backfills_claim: Fn<Record<never, never>, BackfillClaim | null>;
  /** Events that could not be read are asked for again, though not at once. */
  backfills_finish: Fn<
    { p_claimed_at: string; p_complete: boolean; p_unreadable: number },
    unknown
  >;
}
