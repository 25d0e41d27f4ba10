import { deepEqual, equal, rejects } from "node:assert/strict";
import { broken, failure, fakeService, silent, type Step } from "../testing/fake-service.ts";
import { ChatStream } from "./chat-stream.ts";

const request = { model: "gpt-4o", messages: [{ role: "user" as const, content: "Hello" }] };
const charge = { credits: "2.78", balance_after: "7.22", finish_reason: "stop", hold_id: "h1" };

const sse = (...events: [string, object][]): string =>
  events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join("");
const asStream = { headers: { "content-type": "text/event-stream; charset=utf-8" } };
const streamed = (text: string): Step => () => new Response(text, asStream);
const hello = sse(["delta", { content: "Hel" }], ["delta", { content: "lo" }], ["usage", charge]);
const begun = sse(["delta", { content: "Hel" }]);
const running = failure(409, "idempotency_in_progress", {
  retryable: true,
  headers: { "retry-after": "2" },
});

async function textOf(stream: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of stream) text += piece;
  return text;
}

Deno.test("a stream yields its text, and then knows its charge", async () => {
  const { api, seen } = fakeService([streamed(hello)]);
  const stream = new ChatStream(api, request, {});
  equal(await textOf(stream), "Hello");
  deepEqual(await stream.settled(), charge);
  deepEqual(JSON.parse(seen[0]!.body), { ...request, stream: true });
  equal(seen.length, 1);
});

Deno.test("an aborted stream is settled: its charge is asked for with the same key", async () => {
  const endless = () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(begun)),
      }),
      asStream,
    );
  const { api, seen, clock } = fakeService([endless, running, running, streamed(hello)]);
  const stop = new AbortController();
  const stream = new ChatStream(api, request, { signal: stop.signal });
  for await (const piece of stream) {
    equal(piece, "Hel");
    break;
  }
  stop.abort();
  deepEqual(await stream.settled(), charge);
  deepEqual(clock.waits, [2000, 2000]);
  equal(new Set(seen.map(({ key }) => key)).size, 1);
});

Deno.test("a connection that breaks in the middle is an error, and no short answer", async () => {
  const { api } = fakeService([streamed(begun), streamed(hello)]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "network_error" });
  deepEqual(await stream.settled(), charge);
});

Deno.test("an error within the stream is thrown, with what was charged", async () => {
  const error = {
    type: "server",
    code: "upstream_unavailable",
    message: "Later.",
    retryable: true,
  };
  const { api, seen } = fakeService([streamed(begun + sse(["error", { error, ...charge }]))]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "upstream_unavailable", details: charge });
  deepEqual(await stream.settled(), charge);
  equal(seen.length, 1);
});

Deno.test("an error within the stream that has no charge is settled by its key", async () => {
  const error = { type: "server", code: "internal", message: "Later.", retryable: true };
  const stored = sse(["error", { error, ...charge }]);
  const { api } = fakeService([streamed(begun + sse(["error", { error }])), streamed(stored)]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "internal", details: {} });
  deepEqual(await stream.settled(), charge);
});

Deno.test("a connection that fails in the middle is a FarthingError with its cause", async () => {
  const cause = new TypeError("the network changed");
  const failing = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.error(cause),
        start: (controller) => controller.enqueue(new TextEncoder().encode(begun)),
      }),
      asStream,
    );
  const { api } = fakeService([failing, streamed(hello)]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { name: "FarthingError", code: "network_error", cause });
  deepEqual(await stream.settled(), charge);
});

Deno.test("an event that is not Farthing's is an error of the connection", async () => {
  const { api } = fakeService([streamed(`${begun}event: delta\ndata: <html>\n\n`)]);
  await rejects(textOf(new ChatStream(api, request, {})), { code: "network_error", status: 200 });
});

Deno.test("a proxy's page is no stream, and no repeat begins a chat", async () => {
  const page = () => new Response("<html>", { headers: { "content-type": "text/html" } });
  const { api, seen } = fakeService([page, streamed(hello)]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "invalid_response" });
  await rejects(stream.settled(), { code: "charge_unknown" });
  equal(seen.length, 1);
});

Deno.test("an abort before the first piece leaves the charge unknown, and sends nothing", async () => {
  const { api, seen, sent } = fakeService([silent]);
  const stop = new AbortController();
  const stream = new ChatStream(api, request, { signal: stop.signal });
  const text = textOf(stream);
  await sent();
  stop.abort(new Error("stopped"));
  await rejects(text, { message: "stopped" });
  await rejects(stream.settled(), { code: "charge_unknown" });
  equal(seen.length, 1);
});

Deno.test("a stream that was never sent costs nothing", async () => {
  const { api, seen } = fakeService([]);
  equal(await new ChatStream(api, request, {}).settled(), null);
  const signal = AbortSignal.abort(new Error("stopped"));
  const stream = new ChatStream(api, request, { signal });
  await rejects(textOf(stream), { message: "stopped" });
  equal(await stream.settled(), null);
  equal(seen.length, 0);
});

Deno.test("only a refusal that knows the key makes a lost attempt free", async () => {
  const after = async (...steps: Step[]) => {
    const stream = new ChatStream(fakeService(steps).api, request, {});
    const code = await textOf(stream).catch(({ code }) => code);
    return [code, await stream.settled().catch(({ code }) => code)];
  };
  const unauthenticated = failure(401, "unauthenticated");
  deepEqual(await after(unauthenticated), ["unauthenticated", null]);
  deepEqual(await after(broken, unauthenticated), ["unauthenticated", "charge_unknown"]);
  const poor = failure(402, "insufficient_credits");
  deepEqual(await after(broken, poor), ["insufficient_credits", null]);
  const crash = failure(500, "internal");
  deepEqual(await after(crash), ["internal", "charge_unknown"]);
});

Deno.test("an answer that is still running when its opening gives up can be settled", async () => {
  const long = failure(409, "idempotency_in_progress", {
    retryable: true,
    headers: { "retry-after": "100" },
  });
  const { api } = fakeService([broken, long, streamed(hello)]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "idempotency_in_progress" });
  deepEqual(await stream.settled(), charge);
});

Deno.test("asking twice for the charge of a stream sends one repeat", async () => {
  const { api, seen } = fakeService([streamed(begun), streamed(hello)]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "network_error" });
  deepEqual([await stream.settled(), await stream.settled()], [charge, charge]);
  equal(seen.length, 2);
});

Deno.test("a refused stream has no charge, and asking for it sends nothing", async () => {
  const { api, seen } = fakeService([failure(402, "insufficient_credits")]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "insufficient_credits" });
  equal(await stream.settled(), null);
  equal(seen.length, 1);
});

Deno.test("an event of a later version of the service is ignored", async () => {
  const later = sse(["delta", { content: "Hel" }], ["reasoning", { content: "why" }]);
  const { api } = fakeService([
    streamed(later + sse(["delta", { content: "lo" }], ["usage", charge])),
  ]);
  equal(await textOf(new ChatStream(api, request, {})), "Hello");
});
