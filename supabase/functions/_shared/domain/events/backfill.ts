/**
 * Fetches Stripe events that were never delivered, and records them in the inbox, like delivered
 * events.
 */
import type * as contract from "../../contracts/webhook-events.ts";
import type { z } from "@hono/zod-openapi";
import { ApiError } from "../../core/errors.ts";
import { hasTime } from "../../core/isolate.ts";
import type { Services } from "../../http/route/app-services.ts";
import type { ListedEvent } from "../../adapters/stripe/event-feed.ts";
import { compareProviders } from "./compare-providers.ts";

export type Backfilled = z.output<typeof contract.Backfilled>;

interface Span {
  /** The creation time of the oldest event to fetch, in seconds since 1970. */
  readonly sinceSeconds: number;
  /**
   * The time at which to stop, in milliseconds since 1970. The next run skips the events that were
   * recorded by then.
   */
  readonly untilMs: number;
}

async function missingOf({ database }: Services, events: readonly ListedEvent[]) {
  const p_event_ids = events.map(({ id }) => id);
  const missing = new Set(await database.rpc("inbox_missing", { p_event_ids }));
  return events.filter(({ id }) => missing.has(id));
}

/**
 * Reads one event's facts. A failure does not stop the other events: if the Stripe key may not read
 * fraud warnings, events about payments must still be recorded.
 * @returns null if the event's object could not be fetched
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

/**
 * Fetches the events of a time span from Stripe. Records those that the inbox lacks, as if Stripe
 * had delivered them.
 * @throws ApiError `mode_mismatch` if Stripe's events are test events and the installation is live,
 *   or the reverse; no event is recorded in that case
 */
export async function backfill(services: Services, span: Span): Promise<Backfilled> {
  const { database, now, payments } = services;
  const isOver = (ms = span.untilMs) => !hasTime(services, ms);
  // Listing takes at most half of the time. The other half is left to read and record the missing
  // events.
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
  // Records the oldest event first: an event that is recorded before its payment's event would only
  // be deferred.
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
 * Runs the hourly backfill, and then compares the providers with Stripe. The database lets one
 * runner at a time claim the backfill. If this run fails, another run can claim the backfill some
 * minutes later.
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
