/** Stripe's events as the inbox received them, with their states. */
import { z } from "@hono/zod-openapi";
import { text } from "./fields.ts";
import { listQuery } from "./list-query.ts";
import { TimestampOut } from "./time-fields.ts";
import { ExplainedEntry } from "./credits.ts";

const STATES = ["received", "processed", "deferred", "failed", "dead", "ignored"] as const;

const EventId = z.string().regex(
  /^[\x21-\x7e]{1,255}$/,
  "Send the id of a Stripe event, for example evt_1PgafyB7WZ01zgkWSjxsAJo3.",
)
  .openapi({ example: "evt_1PgafyB7WZ01zgkWSjxsAJo3" });

export const WebhookEvent = z.object({
  event_id: z.string(),
  type: z.string(),
  state: z.enum(STATES).openapi({
    description:
      "deferred: the event waits for the payment that it refers to; failed: it is attempted again " +
      "later; dead: it was dead-lettered after ten attempts; ignored: it changes nothing here.",
  }),
  attempts: z.int(),
  next_attempt_at: TimestampOut.nullable(),
  last_error: z.string().nullable(),
  livemode: z.boolean(),
  occurred_at: TimestampOut.openapi({
    description: "The time of the event, by Stripe's clock.",
  }),
  received_at: TimestampOut,
  processed_at: TimestampOut.nullable(),
}).openapi("WebhookEvent");

/** An event with its stored facts, which hold no personal data. */
export const WebhookEventWithFacts = WebhookEvent.extend({
  facts: z.record(z.string(), z.unknown()),
}).openapi("WebhookEventWithFacts");

/** An event with its effects: the changes of a balance, each with its reason. */
export const WebhookEventWithEntries = WebhookEventWithFacts.extend({
  customer_id: z.string().nullable().openapi({
    description:
      "The buyer whose order or booking the event is about, as the `id` of GET /customers/{id}; " +
      "null if the event is about no order and no booking.",
  }),
  entries: z.array(ExplainedEntry).openapi({
    description: "The entries that the event caused, oldest first; none if it moved no credits.",
  }),
}).openapi("WebhookEventWithEntries");

/**
 * The response to Stripe's delivery. It confirms that the event is stored; the event's state is in
 * the inbox.
 */
export const Received = z.object({
  received: z.literal(true),
  duplicate: z.literal(true).optional(),
  deferred: z.literal(true).optional(),
}).openapi("Received");

export const WebhookEventsQuery = z.strictObject({
  ...listQuery,
  cursor: EventId.optional(),
  state: z.enum(STATES).optional(),
  type: text(255).optional(),
});

export const WebhookEventPath = z.object({ id: EventId });

const MAX_REPLAYED = 500;
const DEFAULT_REPLAYED = 100;

export const ReplayBody = z.strictObject({
  state: z.literal("dead"),
  limit: z.int().min(1).max(MAX_REPLAYED).default(DEFAULT_REPLAYED),
}).openapi("ReplayRequest");

/** How many events were applied again, and how many of them are now in each state. */
export const Replayed = z.object({
  replayed: z.int(),
  processed: z.int(),
  deferred: z.int(),
  ignored: z.int(),
  failed: z.int(),
}).openapi("Replayed");

/** Stripe stores events for 30 days, which are 720 hours. */
const MAX_HOURS = 720;

export const BackfillBody = z.strictObject({
  hours: z.int().min(1).max(MAX_HOURS),
}).openapi("BackfillRequest");

export const Backfilled = z.object({
  listed: z.int().openapi({ description: "The number of events that Stripe listed." }),
  received: z.int().openapi({
    description: "Events that had never arrived and were received now.",
  }),
  failed: z.int().openapi({ description: "Received events that could not be applied yet." }),
  unreadable: z.int().openapi({
    description: "Events that had never arrived and whose object Stripe did not return.",
  }),
  complete: z.boolean().openapi({
    description: "false if time ran out or an event was unreadable: send the request again.",
  }),
}).openapi("Backfilled");
