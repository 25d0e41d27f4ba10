import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import type { FarthingError } from "./farthing-error.ts";
import type { PinnedOptions } from "./send.ts";
import { broken, failure, fakeService, silent, success } from "../testing/fake-service.ts";

const checkout = { body: { package_id: "starter" } };
const opened = success({ order_id: "o1" }, { status: 201 });
const away = failure(503, "upstream_unavailable", { retryable: true });

Deno.test("all attempts of a call have one key and one body", async () => {
  const platform = () => new Response("WORKER_LIMIT", { status: 546 });
  const { api, seen, answers } = fakeService([broken, away, platform, opened]);
  const { order_id, replayed } = await api.change("post", "/checkout", checkout);
  deepEqual([order_id, replayed], ["o1", false]);
  equal(new Set(seen.map(({ key }) => key)).size, 1);
  match(seen[0]!.key!, /^[0-9a-f-]{36}$/);
  equal(new Set(seen.map(({ body }) => body)).size, 1);
  deepEqual(answers.map(({ status, attempt }) => [status, attempt]), [
    [0, 1],
    [503, 2],
    [546, 3],
    [201, 4],
  ]);
  equal(new Set(seen.map(({ headers }) => headers.get("x-request-id"))).size, 4);
});

Deno.test("two calls have two keys, a caller's key is sent, and a read has none", async () => {
  const { api, seen } = fakeService([opened, opened, opened, success({ balance: "1" })]);
  await api.change("post", "/checkout", checkout);
  await api.change("post", "/checkout", checkout);
  await api.change("post", "/checkout", checkout, { idempotencyKey: "mine" });
  await api.read("/credits", {});
  notEqual(seen[0]!.key, seen[1]!.key);
  deepEqual([seen[2]!.key, seen[3]!.key], ["mine", null]);
});

Deno.test("a retry waits as long as Retry-After says, and at least 1, 2, 4 seconds", async () => {
  const limited = failure(429, "rate_limited", {
    retryable: true,
    headers: { "retry-after": "7" },
  });
  const { api, clock } = fakeService([limited, away, away, away, opened]);
  await api.change("post", "/checkout", checkout);
  const shortest = [[7000, 500], [2000, 1000], [4000, 2000], [8000, 4000]] as const;
  shortest.forEach(([least, more], index) => {
    const wait = clock.waits[index]!;
    equal(wait >= least && wait <= least + more, true, `${wait} for ${least}`);
  });
});

Deno.test("onRetry gets the reason of each further attempt, and its own errors are ignored", async () => {
  const reasons: string[] = [];
  const onRetry = ({ code, status }: FarthingError) => {
    reasons.push(`${status} ${code}`);
    throw new Error("the page is gone");
  };
  const { api } = fakeService([away, broken, opened]);
  await api.change("post", "/checkout", checkout, { onRetry });
  deepEqual(reasons, ["503 upstream_unavailable", "0 network_error"]);
});

Deno.test("a request that may have had an effect is not repeated after the given time", async () => {
  const body = { model: "gpt-4o", messages: [] };
  const { api, clock } = fakeService(Array.from({ length: 40 }, () => broken));
  const call: PinnedOptions = { timeoutMs: 140_000, repeatMs: 50_000 };
  await rejects(api.change("post", "/ai/chat", { body }, call), { code: "network_error" });
  const waited = clock.waits.filter((wait) => wait < 20_000).reduce((sum, wait) => sum + wait, 0);
  equal(waited > 30_000 && waited < 50_000, true, `${waited}`);
});

Deno.test("in an outage the waits get longer, also with Retry-After: 1, and differ by client", async () => {
  const headers = { "retry-after": "1" };
  const down = failure(503, "upstream_unavailable", { retryable: true, headers });
  const waits = new Set<number>();
  for (let client = 0; client < 2; client++) {
    const { api, seen, clock } = fakeService(Array.from({ length: 30 }, () => down));
    await rejects(api.read("/credits", {}), { code: "upstream_unavailable" });
    equal(seen.length <= 10, true, `${seen.length} attempts in a minute`);
    for (const wait of clock.waits) waits.add(wait);
  }
  equal(waits.size > 10, true, "the clients do not wait in step");
});

Deno.test("after upstream_unavailable a change may have been made, after not_ready it was not", async () => {
  const body = { user_id: "u", amount: "5", reason: "r" };
  for (
    const [code, isUncertain] of [["upstream_unavailable", true], ["not_ready", false]] as const
  ) {
    const { api } = fakeService([failure(503, code)]);
    await rejects(api.change("post", "/credits/debits", { body }), { code, isUncertain });
  }
});

Deno.test("an error that is not retryable is thrown at once, with all its facts", async () => {
  const details = { limit: "balance", required: "50", available: "12.5" };
  const { api, seen } = fakeService([failure(402, "insufficient_credits", { details })]);
  await rejects(api.change("post", "/ai/chat", { body: { model: "m", messages: [] } }), {
    name: "FarthingError",
    code: "insufficient_credits",
    status: 402,
    message: "It is insufficient_credits.",
    details,
    retryable: false,
    retryAfter: undefined,
  });
  equal(seen.length, 1);
});

Deno.test("an error whose Retry-After is beyond the deadline is thrown at once", async () => {
  const headers = { "retry-after": "3600", "x-request-id": "req-velocity" };
  const velocity = failure(429, "velocity_exceeded", { retryable: true, headers });
  const { api, clock } = fakeService([velocity]);
  await rejects(api.change("post", "/checkout", checkout), {
    code: "velocity_exceeded",
    retryAfter: 3600,
    requestId: "req-velocity",
  });
  deepEqual(clock.waits, []);
});

Deno.test("a 500 is sent three times, and a 503 until the deadline", async () => {
  const crash = failure(500, "internal", { retryable: true });
  const crashing = fakeService([crash, crash, crash, opened]);
  await rejects(crashing.api.change("post", "/checkout", checkout), { code: "internal" });
  equal(crashing.seen.length, 3);

  const down = fakeService(Array.from({ length: 30 }, () => away));
  await rejects(down.api.read("/credits", {}), {
    code: "upstream_unavailable",
  });
  equal(down.clock.now() < 60_000, true);
  equal(down.seen.length > 3, true);
});

Deno.test("a call without a response ends at its deadline", async () => {
  const { api, clock, sent } = fakeService([silent]);
  const call = api.read("/credits", {});
  await sent();
  clock.advance(60_000);
  await rejects(call, { code: "deadline_exceeded", status: 0, retryable: true });
});

Deno.test("an aborted call throws the signal's reason, before and during a request or a wait", async () => {
  const reason = new Error("the page was left");
  const { api, seen, sent } = fakeService([silent, failure(503, "not_ready", { retryable: true })]);
  await rejects(api.read("/credits", {}, { signal: AbortSignal.abort(reason) }), reason);
  equal(seen.length, 0);
  const stop = new AbortController();
  const call = api.read("/credits", {}, { signal: stop.signal });
  await sent();
  stop.abort(reason);
  await rejects(call, reason);
});

Deno.test("an expired token is renewed once", async () => {
  const expired = failure(401, "token_expired");
  const renewed = fakeService([expired, success({ balance: "1" })], () => Promise.resolve(true));
  await renewed.api.read("/credits", {});
  deepEqual(renewed.seen.map(({ token }) => token), ["first", "second"]);

  const twice = fakeService([expired, expired], () => Promise.resolve(true));
  await rejects(twice.api.read("/credits", {}), { code: "token_expired" });
  const never = fakeService([expired], () => Promise.resolve(false));
  await rejects(never.api.read("/credits", {}), { code: "token_expired", status: 401 });
});

Deno.test("a stored response sets replayed", async () => {
  const headers = { "idempotency-replayed": "true" };
  const { api, answers } = fakeService([success({ order_id: "o1" }, { headers })]);
  equal((await api.change("post", "/checkout", checkout)).replayed, true);
  equal(answers[0]!.replayed, true);
});

Deno.test("an error response that is not Farthing's has the code invalid_response", async () => {
  const { api } = fakeService([() => new Response("<html>", { status: 404 })]);
  await rejects(api.read("/credits", {}), { code: "invalid_response", status: 404 });
});

Deno.test("a read is repeated if the body of its response breaks off", async () => {
  const cut = () =>
    new Response(
      new ReadableStream({ start: (controller) => controller.error(new TypeError("cut")) }),
    );
  const { api, seen } = fakeService([cut, success({ balance: "12.5" })]);
  equal((await api.read("/credits", {})).balance, "12.5");
  equal(seen.length, 2);
});

Deno.test("a list is read page by page, and no further than needed", async () => {
  const first = success([{ id: "1" }, { id: "2" }], { nextCursor: "two" });
  const { api, seen } = fakeService([first, success([{ id: "3" }]), first]);
  const ids: string[] = [];
  for await (const { id } of api.each("/credits/entries", { query: { kind: "usage" } })) {
    ids.push(id);
  }
  deepEqual(ids, ["1", "2", "3"]);
  match(seen[1]!.url, /\?kind=usage&cursor=two$/);
  for await (const _ of api.each("/credits/entries", {})) break;
  equal(seen.length, 3);
});
