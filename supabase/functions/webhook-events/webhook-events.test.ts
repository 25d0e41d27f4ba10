import assert from "node:assert/strict";
import type { InboxEvent } from "../_shared/contracts/database/results/inbox.ts";
import { ApiError } from "../_shared/core/errors.ts";
import type { ListedEvent } from "../_shared/adapters/stripe/event-feed.ts";
import { listedEvent, makeFake } from "#support/fakes/services.ts";
import { clawback, EVENT_ID, INBOX_SAMPLES } from "#support/samples/inbox.ts";
import { USER_ID } from "#support/project.ts";
import { send } from "#support/cases/routes.ts";

const AS = { as: "operator" } as const;
const HOUR_SECONDS = 3600;
const NOW_SECONDS = Date.parse("2026-11-21T12:00:00Z") / 1000;

Deno.test("events are listed by state and type, from a cursor", async () => {
  const fake = await makeFake();
  const query = `state=dead&type=refund.created&limit=5&cursor=${EVENT_ID}`;
  const answer = await send(fake, "GET", `/webhook-events?${query}`, AS);
  const { data, metadata } = await answer.json();
  assert.deepEqual([data[0].event_id, metadata.nextCursor], [EVENT_ID, EVENT_ID]);
  assert.deepEqual(fake.calls[0]?.args, {
    p_state: "dead",
    p_type: "refund.created",
    p_before: EVENT_ID,
    p_limit: 5,
  });
});

const BAD_QUERIES = ["state=gone", "state=", "cursor=%20", "limit=101", "kind=x"];

for (const query of BAD_QUERIES) {
  Deno.test(`a list of ${query} is refused`, async () => {
    const fake = await makeFake();
    assert.equal((await send(fake, "GET", `/webhook-events?${query}`, AS)).status, 400);
    assert.deepEqual(fake.names(), []);
  });
}

Deno.test("an unknown event is not found, and an id with blanks is refused", async () => {
  const gone = () => Promise.reject(new ApiError("not_found", { field: "id" }));
  const fake = await makeFake({ answers: { inbox_read: gone, inbox_replay: gone } });
  assert.equal((await send(fake, "GET", "/webhook-events/evt_9", AS)).status, 404);
  assert.equal((await send(fake, "POST", "/webhook-events/evt_9/replay", AS)).status, 404);
  assert.equal((await send(fake, "GET", "/webhook-events/evt%209", AS)).status, 400);
});

Deno.test("an event has its customer and its entries, with their reasons", async () => {
  const fake = await makeFake();
  const { data } = await (await send(fake, "GET", `/webhook-events/${EVENT_ID}`, AS)).json();
  assert.deepEqual([data.customer_id, data.entries], [USER_ID, [clawback]]);
  assert.deepEqual(fake.calls[0]?.args, {
    p_event_id: EVENT_ID,
    p_author: `operator:${USER_ID}`,
  });
});

Deno.test("all dead-lettered events are replayed one by one, and counted by their new state", async () => {
  const states = ["processed", "failed", "deferred", "ignored", "dead", "processed"] as const;
  const event = INBOX_SAMPLES.inbox_read({ p_event_id: EVENT_ID });
  const fake = await makeFake({
    answers: {
      inbox_dead: () => states.map((_, index) => String(index)),
      inbox_replay: ({ p_event_id }) => ({ ...event, state: states[Number(p_event_id)]! }),
    },
  });
  const body = { state: "dead", limit: 6 };
  const answer = await send(fake, "POST", "/webhook-events/replay", { ...AS, body });
  assert.deepEqual((await answer.json()).data, {
    replayed: 6,
    processed: 2,
    deferred: 1,
    ignored: 1,
    failed: 2,
  });
  assert.deepEqual(fake.calls[0]?.args, { p_limit: 6, p_author: `operator:${USER_ID}` });
});

const BAD_REPLAYS = [{}, { state: "processed" }, { state: "dead", limit: 0 }, {
  state: "dead",
  limit: 501,
}];

for (const body of BAD_REPLAYS) {
  Deno.test(`a replay of ${JSON.stringify(body)} is refused`, async () => {
    const fake = await makeFake();
    const answer = await send(fake, "POST", "/webhook-events/replay", { ...AS, body });
    assert.equal(answer.status, 400);
    assert.deepEqual(fake.names(), []);
  });
}

function eventAt(id: string, created: number): ListedEvent {
  return listedEvent({ id, created });
}

interface Backfill {
  readonly pages: ListedEvent[][];
  readonly known?: readonly string[];
  readonly failing?: readonly string[];
  readonly now?: () => Date;
}

/**
 * Requests a backfill of the last 24 hours. Returns the response, the received events and the
 * requests to Stripe.
 */
async function backfill({ pages, known = [], failing = [], now }: Backfill) {
  const since: number[] = [];
  const fake = await makeFake({
    ...(now && { now }),
    payments: {
      async *listEvents(sinceSeconds) {
        since.push(sinceSeconds);
        yield* pages;
      },
    },
    answers: {
      inbox_missing: ({ p_event_ids }) => p_event_ids.filter((id) => !known.includes(id)),
      inbox_receive: ({ p_event }) => ({
        received: true,
        ...(failing.includes(p_event.id) && { failed: true as const }),
      }),
    },
  });
  const body = { hours: 24 };
  const answer = await send(fake, "POST", "/webhook-events/backfill", { ...AS, body });
  const { data, error } = await answer.json();
  const received = fake.calls.filter(({ name }) => name === "inbox_receive")
    .map(({ args }) => (args.p_event as InboxEvent).id);
  return { data, error, received, since };
}

Deno.test("a backfill receives only missing events, in the order in which they happened", async () => {
  const pages = [[eventAt("d", 4), eventAt("b", 2)], [eventAt("c", 3), eventAt("a", 1)]];
  const { data, received, since } = await backfill({ pages, known: ["c"], failing: ["d"] });
  assert.deepEqual(data, { listed: 4, received: 3, failed: 1, unreadable: 0, complete: true });
  assert.deepEqual(received, ["a", "b", "d"]);
  assert.deepEqual(since, [NOW_SECONDS - 24 * HOUR_SECONDS]);
});

Deno.test("a backfill without events reports zeros", async () => {
  const { data, received } = await backfill({ pages: [] });
  assert.deepEqual(data, { listed: 0, received: 0, failed: 0, unreadable: 0, complete: true });
  assert.deepEqual(received, []);
});

Deno.test("a backfill that runs out of time reports that and keeps the received events", async () => {
  // Each read of the clock advances it by 20 s. A request has 100 s.
  let seconds = NOW_SECONDS;
  const now = () => new Date((seconds += 20) * 1000);
  const pages = [[eventAt("a", 1), eventAt("b", 2), eventAt("c", 3), eventAt("d", 4)]];
  const { data, received } = await backfill({ pages, now });
  assert.equal(data.complete, false);
  assert.equal(data.received, received.length);
  assert(received.length > 0 && received.length < 4, String(received));
});

Deno.test("a list that is longer than the time leaves time to receive the found events", async () => {
  let seconds = NOW_SECONDS;
  const now = () => new Date((seconds += 10) * 1000);
  const pages = Array.from({ length: 50 }, (_, nr) => [eventAt(`e${nr}`, 100 - nr)]);
  const { data, received } = await backfill({ pages, now });
  assert.deepEqual([data.complete, data.received], [false, received.length]);
  assert(received.length > 0, "nothing was taken in");
});

Deno.test("an event that Stripe does not return stops no other and is fetched again", async () => {
  const read = () => Promise.reject(new ApiError("upstream_unavailable"));
  const pages = [[eventAt("c", 3), { ...eventAt("b", 2), read }, eventAt("a", 1)]];
  const { data, received } = await backfill({ pages });
  assert.deepEqual(data, { listed: 3, received: 2, failed: 0, unreadable: 1, complete: false });
  assert.deepEqual(received, ["a", "c"]);
});

Deno.test("an event that a bug makes unreadable fails the backfill", async () => {
  const read = () => Promise.reject(new TypeError("x is undefined"));
  const { error, received } = await backfill({ pages: [[{ ...eventAt("a", 1), read }]] });
  assert.deepEqual([error.code, received], ["internal", []]);
});

Deno.test("a known event is not read again", async () => {
  const read = () => Promise.reject(new Error("it was read"));
  const { data } = await backfill({ pages: [[{ ...eventAt("a", 1), read }]], known: ["a"] });
  assert.deepEqual(data, { listed: 1, received: 0, failed: 0, unreadable: 0, complete: true });
});

Deno.test("events of the other mode stop a backfill before any event is received", async () => {
  const fake = await makeFake({
    payments: {
      // deno-lint-ignore require-yield
      async *listEvents() {
        throw await Promise.resolve(new ApiError("mode_mismatch"));
      },
    },
  });
  const body = { hours: 1 };
  const answer = await send(fake, "POST", "/webhook-events/backfill", { ...AS, body });
  assert.equal((await answer.json()).error.code, "mode_mismatch");
  assert.deepEqual(fake.names(), []);
});

for (const hours of [0, 721, 1.5, "24", undefined]) {
  Deno.test(`a backfill of ${hours} hours is refused`, async () => {
    const fake = await makeFake();
    const body = { hours };
    const answer = await send(fake, "POST", "/webhook-events/backfill", { ...AS, body });
    assert.equal(answer.status, 400);
    assert.deepEqual(fake.names(), []);
  });
}
