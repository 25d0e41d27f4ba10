import { z } from "@hono/zod-openapi";
import {
  BackfillBody,
  Backfilled,
  ReplayBody,
  Replayed,
  WebhookEvent,
  WebhookEventPath,
  WebhookEventsQuery,
  WebhookEventWithEntries,
  WebhookEventWithFacts,
} from "../_shared/contracts/webhook-events.ts";
import { LONG_DEADLINE_MS } from "../_shared/core/deadline.ts";
import { backfill } from "../_shared/domain/events/backfill.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok, page } from "../_shared/http/reply/reply.ts";

/** Lists the events in the inbox, newest first. */
export const listEvents = defineRoute({
  method: "get",
  path: "/",
  summary: "List Stripe's events",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: WebhookEventsQuery,
  responses: { 200: z.array(WebhookEvent) },
  handler: async ({ query, services }) => {
    const { events, next_before } = await services.database.rpc("inbox_list", {
      p_state: query.state,
      p_type: query.type,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(events, next_before);
  },
});

/** Reads one event with its stored facts, and with the change that the event made to a balance. */
export const readEvent = defineRoute({
  method: "get",
  path: "/{id}",
  summary: "Read an event, and what it did to a balance",
  description: "The read is recorded if the event is about a customer.",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: WebhookEventPath,
  responses: { 200: WebhookEventWithEntries },
  errors: ["not_found"],
  handler: async ({ params, services }) =>
    ok(await services.database.rpc("inbox_read", { p_event_id: params.id })),
});

/**
 * Applies a dead-lettered, failed, deferred or ignored event again. The response has the event's
 * new state.
 */
export const replayEvent = defineRoute({
  method: "post",
  path: "/{id}/replay",
  summary: "Apply an event again",
  description:
    "The event is applied as if Stripe delivered it now. A processed event, or an event without " +
    "facts, stays as it is.",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: WebhookEventPath,
  responses: { 200: WebhookEventWithFacts },
  errors: ["not_found"],
  handler: async ({ params, services }) =>
    ok(await services.database.rpc("inbox_replay", { p_event_id: params.id })),
});

/**
 * Applies dead-lettered events again, each in a transaction of its own: a failed event does not
 * delay the others, and no transaction locks the accounts of two users.
 */
export const replayDead = defineRoute({
  method: "post",
  path: "/replay",
  summary: "Apply all dead-lettered events again",
  who: ["operator"],
  limit: "default",
  deadlineMs: LONG_DEADLINE_MS,
  idempotent: false,
  body: ReplayBody,
  responses: { 200: Replayed },
  handler: async ({ body, services }) => {
    const { database } = services;
    const done = { replayed: 0, processed: 0, deferred: 0, ignored: 0, failed: 0 };
    for (const p_event_id of await database.rpc("inbox_dead", { p_limit: body.limit })) {
      const { state } = await database.rpc("inbox_replay", { p_event_id });
      done.replayed += 1;
      if (state === "processed" || state === "deferred" || state === "ignored") done[state] += 1;
      else done.failed += 1;
    }
    return ok(done);
  },
});

const HOUR_MS = 3_600_000;
/**
 * The platform ends a request after 150 s; the remaining 50 s are for finishing the work in
 * progress.
 */
const BUDGET_MS = 100_000;

/**
 * Fetches the events of the last `hours` hours that never arrived, and records them in the inbox as
 * if Stripe had delivered them.
 */
export const backfillEvents = defineRoute({
  method: "post",
  path: "/backfill",
  summary: "Fetch events from Stripe that never arrived",
  who: ["operator"],
  limit: "default",
  deadlineMs: LONG_DEADLINE_MS,
  idempotent: false,
  body: BackfillBody,
  responses: { 200: Backfilled },
  asksUpstream: true,
  errors: ["mode_mismatch"],
  handler: async ({ body, services }) => {
    const nowMs = services.now().getTime();
    const sinceSeconds = Math.floor((nowMs - body.hours * HOUR_MS) / 1000);
    return ok(await backfill(services, { sinceSeconds, untilMs: nowMs + BUDGET_MS }));
  },
});
