import { deepEqual, equal, rejects } from "node:assert/strict";
import { failure, fakeService, silent, success } from "../testing/fake-service.ts";
import { followJob, waitForJob } from "./follow-job.ts";
import { waitForOrder } from "./orders.ts";

const job = (status: string, progress: number, headers: Record<string, string> = {}) =>
  success({ job_id: "j1", status, progress }, { headers });
const unchanged = (headers: Record<string, string> = {}) => () =>
  new Response(null, { status: 304, headers });

Deno.test("a job is polled after 2, 4 and 8 seconds, with its ETag", async () => {
  const { api, clock, seen } = fakeService([
    job("queued", 0, { etag: '"a"' }),
    unchanged(),
    unchanged(),
    job("processing", 50, { etag: '"b"' }),
    job("completed", 100),
  ]);
  const states: string[] = [];
  for await (const { status, progress } of followJob(api, "j1", {})) {
    states.push(`${status} ${progress}`);
  }
  deepEqual(states, ["queued 0", "processing 50", "completed 100"]);
  deepEqual(clock.waits, [2000, 4000, 8000, 8000]);
  const tags = seen.map(({ headers }) => headers.get("if-none-match"));
  deepEqual(tags, [null, '"a"', '"a"', '"a"', '"b"']);
});

Deno.test("the service's Retry-After decides the wait", async () => {
  const headers = { "retry-after": "3", etag: '"a"' };
  const { api, clock } = fakeService([job("queued", 0, headers), job("failed", 10)]);
  const seen: string[] = [];
  const ended = await waitForJob(api, "j1", { onChange: ({ status }) => seen.push(status) });
  deepEqual([ended.status, seen, clock.waits], ["failed", ["queued", "failed"], [3000]]);
});

Deno.test("an extreme Retry-After leads neither to a loop without waits nor to an endless wait", async () => {
  for (const [value, seconds] of [["-5", 2], ["0", 2], ["9999999999", 60]] as const) {
    const headers = { "retry-after": value };
    const { api, clock } = fakeService([job("queued", 0, headers), job("completed", 100)]);
    const long: number[] = [];
    clock.onLongWait = (ms) => {
      // The first long wait belongs to the deadline of the first poll.
      if (long.push(ms) === 2 && seconds > 30) clock.advance(ms);
    };
    equal((await waitForJob(api, "j1", {})).status, "completed");
    equal(clock.now(), seconds * 1000, value);
  }
});

Deno.test("a job that is not found, and a proxy's HTML page, end the loop", async () => {
  const page = () => new Response("<html>", { headers: { "content-type": "text/html" } });
  for (
    const [step, code] of [[failure(404, "not_found"), "not_found"], [
      page,
      "invalid_response",
    ]] as const
  ) {
    const { api, seen } = fakeService([job("queued", 0), step]);
    await rejects(waitForJob(api, "j1", {}), { code });
    equal(seen.length, 2);
  }
});

Deno.test("leaving the loop ends the polling, and so does the signal", async () => {
  const { api, seen } = fakeService([job("queued", 0)]);
  for await (const _ of followJob(api, "j1", {})) break;
  equal(seen.length, 1);
  const aborted = AbortSignal.abort(new Error("cancelled"));
  await rejects(followJob(api, "j1", { signal: aborted }).next(), { message: "cancelled" });
});

const order = (status: string) => success({ order_id: "o1", status });

Deno.test("an order is awaited until it is paid, and the balance is read after that", async () => {
  const { api, seen } = fakeService([
    order("pending"),
    order("processing"),
    order("paid"),
    success({ balance: "9990" }),
  ]);
  const looks: string[] = [];
  const onLook = (one: { status: string }) => looks.push(one.status);
  const ended = await waitForOrder(api, "o1", { onLook });
  deepEqual([ended.order.status, ended.credits?.balance], ["paid", "9990"]);
  deepEqual(looks, ["pending", "processing", "paid"]);
  deepEqual(seen.map(({ url }) => url.split("/v1/")[1]), [
    ...["checkout/orders/o1", "checkout/orders/o1", "checkout/orders/o1"],
    "credits",
  ]);
});

Deno.test("a balance that cannot be read is null, and never an old one or 0", async () => {
  const { api } = fakeService([order("paid"), failure(403, "forbidden")]);
  equal((await waitForOrder(api, "o1", {})).credits, null);
});

Deno.test("an order that stays open ends the wait at its deadline", async () => {
  const { api, clock } = fakeService(Array.from({ length: 20 }, () => order("processing")));
  await rejects(waitForOrder(api, "o1", { timeoutMs: 30_000 }), {
    code: "deadline_exceeded",
    details: { order_id: "o1", status: "processing" },
  });
  equal(clock.now() <= 30_000, true);
});

Deno.test("a poll without a response ends at the deadline of the wait", async () => {
  const { api, clock, sent } = fakeService([silent]);
  const wait = waitForOrder(api, "o1", { timeoutMs: 40_000 });
  await sent();
  clock.advance(40_000);
  await rejects(wait, { code: "deadline_exceeded" });
});

Deno.test("an order of another user is not found", async () => {
  const { api, seen } = fakeService([failure(404, "not_found")]);
  await rejects(waitForOrder(api, "o1", {}), { code: "not_found" });
  equal(seen.length, 1);
});
