/**
 * Lists Stripe's events, to find those that were not delivered. Stripe stores events for 30 days.
 */
import type Stripe from "stripe";
import type { InboxEvent } from "../../contracts/database/results/inbox.ts";
import type { Mode } from "../../core/stripe-variables.ts";
import { type StripeCaller } from "./client.ts";
import { unavailable } from "./error-classes.ts";
import type { FactsReader } from "./refetch-event.ts";
import { EVENT_TYPES } from "./stored-facts.ts";
import { checkEvent, toInboxEvent } from "./inbox-event.ts";

/**
 * An event in Stripe's list. The inbox already has most listed events, so an event is read in full
 * only if the inbox lacks it.
 */
export interface ListedEvent {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** @throws ApiError upstream_unavailable */
  read(): Promise<InboxEvent>;
}

export interface EventFeed {
  /**
   * Lists the events since `sinceSeconds` (seconds since 1970), page by page. Only the event types
   * that this project uses are listed.
   * @throws ApiError mode_mismatch, upstream_unavailable, invalid_request
   */
  listEvents(sinceSeconds: number): AsyncIterable<readonly ListedEvent[]>;
}

/**
 * Stripe's limits: the number of event types in one request, and the number of events in one
 * response.
 */
const MAX_TYPES = 20;
const PAGE_SIZE = 100;

/** Divides the event types among as few requests as possible. */
function questions(): string[][] {
  const count = Math.ceil(EVENT_TYPES.length / MAX_TYPES);
  return Array.from(
    { length: count },
    (_, index) => EVENT_TYPES.slice(index * MAX_TYPES, (index + 1) * MAX_TYPES),
  );
}

interface FeedOptions {
  readonly mode: Mode;
  readonly readFacts: FactsReader;
}

function listed(event: Stripe.Event, { mode, readFacts }: FeedOptions): ListedEvent {
  checkEvent(event, mode);
  const { id, created } = event;
  return { id, created, read: () => toInboxEvent(event, readFacts) };
}

async function* pagesOf(
  { call }: StripeCaller,
  params: Stripe.EventListParams,
  options: FeedOptions,
) {
  let after: { starting_after?: string } = {};
  for (;;) {
    const page = await call((stripe) => stripe.events.list({ ...params, ...after }));
    if (page?.object !== "list" || !Array.isArray(page.data)) {
      throw unavailable("stripe: the response is not a list", 502);
    }
    const events = page.data.map((event) => listed(event, options));
    const last = events.at(-1);
    if (last === undefined) return;
    yield events;
    if (!page.has_more) return;
    after = { starting_after: last.id };
  }
}

export function createEventFeed(caller: StripeCaller, options: FeedOptions): EventFeed {
  return {
    async *listEvents(sinceSeconds) {
      for (const types of questions()) {
        const params = { created: { gte: sinceSeconds }, types, limit: PAGE_SIZE };
        yield* pagesOf(caller, params, options);
      }
    },
  };
}
