import { deepEqual, equal, rejects } from "node:assert/strict";
import {
  broken,
  failure,
  fakeService,
  silent,
  type Step,
  success,
} from "../testing/fake-service.ts";
import {
  asked,
  begun,
  endless,
  held,
  open,
  request,
  settled,
  sse,
  streamed,
  textOf,
} from "../testing/fake-stream.ts";
import { ChatStream } from "./chat-stream.ts";

Deno.test("an aborted stream is settled: its hold is read until it is settled", async () => {
  const { api, seen, clock } = fakeService([endless(begun), open, open, open, settled]);
  const stop = new AbortController();
  const stream = new ChatStream(api, request, { signal: stop.signal });
  for await (const piece of stream) {
    equal(piece, "Hel");
    break;
  }
  stop.abort();
  deepEqual(await stream.settled(), held);
  deepEqual(clock.waits, [1000, 1000, 2000]);
  deepEqual(asked(seen), ["POST ai/chat", ...Array(4).fill("GET credits/holds/h1")]);
});

Deno.test("a chat whose process was killed is never begun again to learn its charge", async () => {
  // After the service's process was killed, the scheduled task frees the chat's Idempotency-Key. If
  // the client then repeated the request, a second chat would begin.
  const waiting = Array.from({ length: 12 }, () => open);
  const { api, seen, clock } = fakeService([streamed(begun), ...waiting, settled]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "network_error" });
  deepEqual(await stream.settled(), held);
  equal(clock.now() > 60_000, true);
  equal(seen.filter(({ method }) => method === "POST").length, 1);
});

Deno.test("an answer whose hold was released costs nothing", async () => {
  const released = success({ hold_id: "h1", status: "released" });
  const { api, seen } = fakeService([streamed(begun), open, released]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "network_error" });
  deepEqual([await stream.settled(), await stream.settled()], [null, null]);
  equal(seen.length, 3);
});

/** A hold whose chat has ended. */
const ended = (status: "settled" | "released", credits: string, is_final: boolean) =>
  success({
    hold_id: "h1",
    status,
    ...status === "settled" && { settled: "2.78" },
    chat: { credits, is_final },
  });

Deno.test("a released hold is free only when no charge can follow", async () => {
  const waiting = Array.from({ length: 3 }, () => ended("released", "0", false));
  const after = async (last: Step) => {
    const { api, seen } = fakeService([streamed(begun), open, ...waiting, last]);
    const stream = new ChatStream(api, request, {});
    await rejects(textOf(stream), { code: "network_error" });
    const charge = await stream.settled();
    equal(seen.length, 6);
    return charge;
  };
  equal(await after(ended("released", "0", true)), null);
  deepEqual(await after(ended("released", "2.78", true)), held);
});

Deno.test("a charge that was corrected is the corrected one", async () => {
  const steps = [ended("settled", "2.78", false), ended("settled", "1.5", true)];
  const { api, seen } = fakeService([streamed(begun), ...steps]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "network_error" });
  deepEqual(await stream.settled(), { ...held, credits: "1.5" });
  equal(seen.length, 3);
});

Deno.test("a charge that is not final ends the wait at its deadline", async () => {
  for (const status of ["settled", "released"] as const) {
    const steps = Array.from({ length: 40 }, () => ended(status, "0", false));
    const { api } = fakeService([streamed(begun), ...steps]);
    const stream = new ChatStream(api, request, {});
    await rejects(textOf(stream), { code: "network_error" });
    await rejects(stream.settled(), { code: "deadline_exceeded", details: { hold_id: "h1" } });
  }
});

Deno.test("a hold that stays open ends the wait for the charge at its deadline", async () => {
  const { api, clock } = fakeService([streamed(begun), ...Array.from({ length: 40 }, () => open)]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "network_error" });
  await rejects(stream.settled(), { code: "deadline_exceeded", details: { hold_id: "h1" } });
  equal(clock.now() <= 220_000, true);
});

Deno.test("the signal ends the wait for the charge", async () => {
  const { api } = fakeService([streamed(begun), open]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "network_error" });
  const signal = AbortSignal.abort(new Error("left"));
  await rejects(stream.settled({ signal }), { message: "left" });
});

Deno.test("a stream without the header of its hold has an unknown charge", async () => {
  const headers = { "content-type": "text/event-stream" };
  const { api, seen } = fakeService([() => new Response(begun, { headers })]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "network_error" });
  await rejects(stream.settled(), { code: "charge_unknown" });
  equal(seen.length, 1);
});

Deno.test("an error within the stream that has no charge is settled by its hold", async () => {
  const error = { type: "server", code: "internal", message: "Later.", retryable: true };
  const { api } = fakeService([streamed(begun + sse(["error", { error }])), open, settled]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "internal", details: {} });
  deepEqual(await stream.settled(), held);
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

Deno.test("the charge is unknown while the request is sent and no answer has come", async () => {
  const { api, sent } = fakeService([silent]);
  const stop = new AbortController();
  const stream = new ChatStream(api, request, { signal: stop.signal });
  const text = textOf(stream);
  await rejects(stream.settled(), { code: "charge_unknown" });
  await sent();
  await rejects(stream.settled(), { code: "charge_unknown" });
  stop.abort(new Error("stopped"));
  await rejects(stream.settled(), { code: "charge_unknown" });
  await rejects(text, { message: "stopped" });
});

Deno.test("a second reading that is refused does not make a lost chat free", async () => {
  const { api } = fakeService([failure(500, "internal"), failure(401, "unauthenticated")]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "internal" });
  await rejects(textOf(stream), { code: "unauthenticated" });
  await rejects(stream.settled(), { code: "charge_unknown" });
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

Deno.test("after a lost attempt, only a refusal that has looked up the key means free", async () => {
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
  const away = failure(503, "upstream_unavailable");
  deepEqual(await after(away), ["upstream_unavailable", "charge_unknown"]);
  deepEqual(await after(failure(503, "not_ready")), ["not_ready", null]);
});

Deno.test("an answer that still runs when the client gives up has an unknown charge", async () => {
  const long = failure(409, "idempotency_in_progress", {
    retryable: true,
    headers: { "retry-after": "200" },
  });
  const { api, seen } = fakeService([broken, long]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "idempotency_in_progress" });
  await rejects(stream.settled(), { code: "charge_unknown" });
  equal(seen.length, 2);
});

Deno.test("asking twice for the charge of a stream reads its hold once", async () => {
  const { api, seen } = fakeService([streamed(begun), settled]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "network_error" });
  deepEqual([await stream.settled(), await stream.settled()], [held, held]);
  equal(seen.length, 2);
});

Deno.test("a refused stream has no charge, and asking for it sends nothing", async () => {
  const { api, seen } = fakeService([failure(402, "insufficient_credits")]);
  const stream = new ChatStream(api, request, {});
  await rejects(textOf(stream), { code: "insufficient_credits" });
  equal(await stream.settled(), null);
  equal(seen.length, 1);
});
