/** Fetches Stripe's events that were never delivered, and receives them like deliveries. */
import type * as contract from "../../contracts/webhook-events.ts";
import type { z } from "@hono/zod-openapi";
import { ApiError } from "../../core/errors.ts";
import { hasTime } from "../../core/isolate.ts";
import type { Services } from "../../http/route/app-services.ts";
import type { ListedEvent } from "../../adapters/stripe/event-feed.ts";
import { compareProviders } from "./compare-providers.ts";

export type Backfilled = z.output<typeof contract.Backfilled>;

interface Span {
  /** Seconds since 1970. */
  readonly sinceSeconds: number;
  /** When to stop, in milliseconds since 1970. Events received by then are not fetched again. */
  readonly untilMs: number;
}

async function missingOf({ database }: Services, events: readonly ListedEvent[]) {
  const p_event_ids = events.map(({ id }) => id);
  const missing = new Set(await database.rpc("inbox_missing", { p_event_ids }));
  return events.filter(({ id }) => missing.has(id));
}

/**
 * One event's failure does not stop the others: a key without the right to fraud warnings must not block
 * payments.
 * @returns null where the event's facts can't be read from Stripe now
 */
async function read({ log }: Services, event: ListedEvent) {
  try {
    return await event.read();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    log("error", "an event could not be fetched again", {
      event_id: event.id,
      detail: error.internal,
    });
    return null;
  }
}

/** @throws ApiError `mode_mismatch` where Stripe's events are of the other mode: none is received then */
export async function backfill(services: Services, span: Span): Promise<Backfilled> {
  const { database, now, payments } = services;
  const isOver = (ms = span.untilMs) => !hasTime(services, ms);
  // Listing may take half of the time, so that the found events are still received.
  const listUntilMs = (now().getTime() + span.untilMs) / 2;
  const done: Backfilled = { listed: 0, received: 0, failed: 0, unreadable: 0, complete: true };
  const missing: ListedEvent[] = [];
  for await (const events of (await payments()).listEvents(span.sinceSeconds)) {
    done.listed += events.length;
    missing.push(...await missingOf(services, events));
    if (isOver(listUntilMs)) {
      done.complete = false;
      break;
    }
  }
  // In the order in which they happened: an event that arrives before the one it refers to would only wait.
  missing.sort((a, b) => a.created - b.created);
  for (const event of missing) {
    if (isOver()) return { ...done, complete: false };
    const p_event = await read(services, event);
    if (p_event === null) {
      done.unreadable++;
      done.complete = false;
      continue;
    }
    const { duplicate, failed } = await database.rpc("inbox_receive", { p_event });
    done.received += duplicate ? 0 : 1;
    done.failed += failed ? 1 : 0;
  }
  return done;
}

/**
 * The hourly backfill, which the database gives to one runner at a time. If it fails, another run takes the
 * claim over minutes later.
 */
export async function backfillIfDue(
  services: Services,
  untilMs: number,
): Promise<Pick<Backfilled, "received" | "unreadable">> {
  const { database } = services;
  const claim = await database.rpc("backfills_claim", {});
  if (claim === null) return { received: 0, unreadable: 0 };
  const span = { sinceSeconds: claim.since, untilMs };
  const { received, unreadable, complete } = await backfill(services, span);
  await database.rpc("backfills_finish", {
    p_claimed_at: claim.claimed_at,
    p_complete: complete,
    p_unreadable: unreadable,
  });
  await compareProviders(services, untilMs);
  return { received, unreadable };
}
