/** Tests the sender on a real server, with receivers that answer immediately, late, or never. */
import { waitFor } from "@farthing/command-line";
import assert from "node:assert/strict";
import type postgres from "postgres";
import { createSender } from "./sender.ts";
import { withClient, withServer } from "../postgres/testing/server.ts";

const TIMEOUT_MS = 60_000;

interface Receiver {
  url: string;
  /** The paths of the requests that are still waiting for an answer. */
  waiting: Set<string>;
  /** Answers the request that waits on this path. */
  release(path: string): void;
}

/**
 * Runs a receiver that sends each request back in its answer. On paths that start with /hold, the
 * receiver sends the answer's body only after `release`.
 */
async function withReceiver(use: (receiver: Receiver) => Promise<void>): Promise<void> {
  const held = new Map<string, () => void>();
  const waiting = new Set<string>();
  const holdBack = (path: string, text: string) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        waiting.add(path);
        held.set(path, () => {
          waiting.delete(path);
          controller.enqueue(new TextEncoder().encode(text));
          controller.close();
        });
      },
      cancel: () => void waiting.delete(path),
    });
  const handler = async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    const text = `${request.method} ${search} ${await request.text()}`;
    return new Response(pathname.startsWith("/hold") ? holdBack(pathname, text) : text);
  };
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  const url = `http://127.0.0.1:${http.addr.port}`;
  await use({ url, waiting, release: (path) => held.get(path)?.() });
  await http.shutdown();
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  assert.ok(await waitFor(async () => await condition() || undefined, TIMEOUT_MS), what);
}

const get = (url: string, ms = 60_000) => (sql: postgres.Sql) =>
  sql`select net.http_get(${url}, timeout_milliseconds := ${ms}::int) as id`;

/** Returns the stored answers in the order of the requests. */
async function answers(sql: postgres.Sql): Promise<Record<string, unknown>[]> {
  const rows = await sql`
    select status_code, content, timed_out, error_msg from net._http_response order by id`;
  return rows.map((row) => ({ ...row }));
}

async function sendsOnce(sql: postgres.Sql, { url }: Receiver): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`select net.http_post(${url}, '{"a":1}', '{"q":"é &"}')`;
    await transaction`select net.http_get(${url})`;
    await transaction`select net.http_get('http://127.0.0.1:1/')`;
  });
  await sql.begin(async (transaction) => {
    await transaction`select net.http_get(${url})`;
    throw new Error("rolled back");
  }).catch(() => {});
  const sender = createSender(sql);
  for (let times = 0; times < 2; times++) {
    sender.wake();
    await sender.idle();
  }
  const [posted, got, refused, ...more] = await answers(sql);
  assert.equal(posted?.content, 'POST ?q=%C3%A9%20%26 {"a": 1}');
  assert.deepEqual([got?.status_code, got?.content], [200, "GET  "]);
  assert.deepEqual([refused?.status_code, refused?.timed_out], [null, false]);
  assert.ok(refused?.error_msg);
  assert.deepEqual(more, []);
}

async function holdsUpNoOther(sql: postgres.Sql, receiver: Receiver): Promise<void> {
  const sender = createSender(sql, 2);
  for (const path of ["/hold/1", "/quick"]) await get(receiver.url + path)(sql);
  sender.wake();
  await until(async () => (await answers(sql)).length === 1, "the quick request is answered");
  await get(`${receiver.url}/later`)(sql);
  sender.wake();
  await until(
    async () => (await answers(sql)).length === 2,
    "a request that was queued later is answered",
  );
  assert.deepEqual([...receiver.waiting], ["/hold/1"]);

  for (const path of ["/hold/2", "/hold/3"]) await get(receiver.url + path)(sql);
  sender.wake();
  await until(() => receiver.waiting.size === 2, "two requests are in flight");
  const [queued] = await sql`select count(*)::int from net.http_request_queue`;
  assert.equal(queued?.count, 1, "the third request waits for a place");
  receiver.release("/hold/1");
  await until(
    () => receiver.waiting.has("/hold/3"),
    "the third request takes a free place without another wake",
  );
  for (const path of ["/hold/2", "/hold/3"]) receiver.release(path);
  await sender.idle();
  assert.deepEqual((await answers(sql)).map((row) => row.status_code), Array(5).fill(200));
}

async function timesOut(sql: postgres.Sql, { url }: Receiver): Promise<void> {
  await get(`${url}/hold/long`, 50)(sql);
  const sender = createSender(sql);
  sender.wake();
  await sender.idle();
  const expected = { status_code: null, content: null, timed_out: true };
  assert.deepEqual(await answers(sql), [{ ...expected, error_msg: "Timeout of 50 ms reached" }]);
}

async function stops(sql: postgres.Sql, { url, waiting }: Receiver): Promise<void> {
  const sender = createSender(sql, 1);
  for (const path of ["/hold/a", "/hold/b"]) await get(url + path)(sql);
  sender.wake();
  await until(() => waiting.has("/hold/a"), "one request is in flight");
  await sender.stop();
  await until(() => waiting.size === 0, "the receiver sees that the request was aborted");
  const expected = { status_code: null, content: null, timed_out: false };
  assert.deepEqual(await answers(sql), [{ ...expected, error_msg: "the sender was stopped" }]);
  sender.wake();
  await sender.idle();
  const [queued] = await sql`select count(*)::int from net.http_request_queue`;
  assert.equal(queued?.count, 1, "a request that was not taken stays in the queue");
}

const TESTS = {
  "each committed request is sent once, and its answer is stored": sendsOnce,
  "a waiting request delays no others up to the limit": holdsUpNoOther,
  "a request ends at its caller's timeout": timesOut,
  "stop ends requests in flight, and queued requests stay in the queue": stops,
};

Deno.test("pg_net's emulator", { sanitizeExit: false }, async (test) => {
  await withServer(async (server) => {
    for (const [name, run] of Object.entries(TESTS)) {
      await test.step(name, () =>
        withClient(server, "postgres", async (sql) => {
          await sql`create extension pg_net with schema public`;
          await withReceiver((receiver) => run(sql, receiver));
          await sql`drop extension pg_net`;
        }));
    }
  });
});
