/** Events as Stripe keeps them, for 30 days: what was not delivered can be asked for. */
import type Stripe from "stripe";
import type { InboxEvent } from "../database/inbox-functions.ts";
import type { Mode } from "../env.ts";
import { type StripeCaller, unavailable } from "./client.ts";
import { EVENT_TYPES } from "./facts.ts";
import { toInboxEvent } from "./inbox-event.ts";

export interface EventFeed {
  /**
   * The events of the types we use since a moment (seconds since 1970), page by page.
   * @throws ApiError mode_mismatch, upstream_unavailable
   */
  listEvents(sinceSeconds: number): AsyncIterable<readonly InboxEvent[]>;
}

/** Stripe's limits: types in one question, and events in one answer. */
const MAX_TYPES = 20;
const PAGE_SIZE = 100;

/** The types in as few questions as Stripe allows. */
function questions(): string[][] {
  const count = Math.ceil(EVENT_TYPES.length / MAX_TYPES);
  return Array.from(
    { length: count },
    (_, index) => EVENT_TYPES.slice(index * MAX_TYPES, (index + 1) * MAX_TYPES),
  );
}

async function* pagesOf({ call }: StripeCaller, params: Stripe.EventListParams, mode: Mode) {
  let after: { starting_after?: string } = {};
  for (;;) {
    const page = await call((stripe) => stripe.events.list({ ...params, ...after }));
    if (page?.object !== "list" || !Array.isArray(page.data)) {
      throw unavailable("stripe: the answer is no list", 502);
    }
    const events = page.data.map((event) => toInboxEvent(event, mode));
    const last = events.at(-1);
    if (last === undefined) return;
    yield events;
    if (!page.has_more) return;
    after = { starting_after: last.id };
  }
}

export function createEventFeed(caller: StripeCaller, mode: Mode): EventFeed {
  return {
    async *listEvents(sinceSeconds) {
      for (const types of questions()) {
        const params = { created: { gte: sinceSeconds }, types, limit: PAGE_SIZE };
        yield* pagesOf(caller, params, mode);
      }
    },
  };
}
