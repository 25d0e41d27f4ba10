import { deepEqual, equal, rejects } from "node:assert/strict";
import { failure, fakeService, type Step } from "../testing/fake-service.ts";
import { ChatStream } from "./chat-stream.ts";

const request = { model: "gpt-4o", messages: [{ role: "user" as const, content: "Hello" }] };
const charge = { credits: "2.78", balance_after: "7.22", finish_reason: "stop", hold_id: "h1" };

const sse = (...events: [string, object][]): string =>
  events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join("");
const streamed = (text: string): Step => () => new Response(text);
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
  const { api } = fakeService([streamed(begun + sse(["error", { error, ...charge }]))]);
  await rejects(textOf(new ChatStream(api, request, {})), {
    code: "upstream_unavailable",
    details: charge,
  });
});

Deno.test("a refused stream has no charge, and asking for it sends nothing", async () => {
  const { api, seen } = fakeService([failure(402, "insufficient_credits")]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "insufficient_credits" });
  equal(await stream.settled(), null);
  equal(seen.length, 1);
});
