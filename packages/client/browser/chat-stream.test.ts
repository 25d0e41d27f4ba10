import { deepEqual, equal, rejects } from "node:assert/strict";
import { fakeService, silent } from "../testing/fake-service.ts";
import {
  asStream,
  begun,
  charge,
  endless,
  held,
  hello,
  request,
  settled,
  sse,
  streamed,
  textOf,
} from "../testing/fake-stream.ts";
import { ChatStream } from "./chat-stream.ts";

Deno.test("a stream yields its text, and then knows its charge", async () => {
  const { api, seen } = fakeService([streamed(hello)]);
  const stream = new ChatStream(api, request, {});
  equal(await textOf(stream), "Hello");
  deepEqual(await stream.settled(), charge);
  deepEqual(JSON.parse(seen[0]!.body), { ...request, stream: true });
  equal(seen.length, 1);
});

Deno.test("a connection that breaks in the middle is an error, and no short answer", async () => {
  const { api } = fakeService([streamed(begun), settled]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "network_error" });
  deepEqual(await stream.settled(), held);
});

Deno.test("a stream from which nothing comes for 45 seconds ends", async () => {
  const { api, clock } = fakeService([endless(begun, ": ping\n\n"), settled]);
  const waits: number[] = [];
  const read = Promise.withResolvers<void>();
  // The first long wait belongs to the deadline for opening the stream. Then each read of a chunk
  // begins a long wait.
  clock.onLongWait = (ms) => {
    if (waits.push(ms) === 4) read.resolve();
  };
  const stream = new ChatStream(api, request, {});
  const text = textOf(stream);
  await read.promise;
  deepEqual(waits, [140_000, 45_000, 45_000, 45_000]);
  clock.advance(45_000);
  await rejects(text, { code: "network_error", status: 200 });
  deepEqual(await stream.settled(), held);
});

Deno.test("the opening of a stream ends after 140 seconds, or as its caller says", async () => {
  for (const [timeoutMs, limit] of [[undefined, 140_000], [35_000, 35_000]] as const) {
    const { api, clock, sent } = fakeService([silent]);
    const text = textOf(new ChatStream(api, request, { timeoutMs }));
    await sent();
    clock.advance(limit);
    await rejects(text, { code: "deadline_exceeded" });
    equal(clock.now(), limit);
  }
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
  const { api } = fakeService([failing, settled]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { name: "FarthingError", code: "network_error", cause });
  deepEqual(await stream.settled(), held);
});

Deno.test("an event that is not Farthing's is an error of the connection", async () => {
  const { api } = fakeService([streamed(`${begun}event: delta\ndata: <html>\n\n`)]);
  await rejects(textOf(new ChatStream(api, request, {})), { code: "network_error", status: 200 });
});

Deno.test("a proxy's HTML page is invalid_response, and the request is not repeated", async () => {
  const page = () => new Response("<html>", { headers: { "content-type": "text/html" } });
  const { api, seen } = fakeService([page, streamed(hello)]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "invalid_response" });
  await rejects(stream.settled(), { code: "charge_unknown" });
  equal(seen.length, 1);
});

Deno.test("an event of a later version of the service is ignored", async () => {
  const later = sse(["delta", { content: "Hel" }], ["reasoning", { content: "why" }]);
  const { api } = fakeService([
    streamed(later + sse(["delta", { content: "lo" }], ["usage", charge])),
  ]);
  equal(await textOf(new ChatStream(api, request, {})), "Hello");
});
