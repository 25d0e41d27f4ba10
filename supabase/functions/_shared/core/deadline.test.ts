import assert from "node:assert/strict";
import type { Ai } from "../adapters/ai/ai.ts";
import type { Payments } from "../adapters/stripe/create-payments.ts";
import { ANSWER, FAKE_AI } from "#support/fakes/ai.ts";
import { makeFake } from "#support/fakes/services.ts";
import { ROUTE_CASES, send, sendCase } from "#support/cases/routes.ts";
import { eventsOf, postStreamed, settled } from "#support/samples/streamed-chat.ts";
import { currentRequest, type RequestContext, withinRequest } from "./current-request.ts";
import { DEADLINE_MS, timeLeftMs, withOwnTime } from "./deadline.ts";
import { startContext } from "./start-request.ts";
import { ApiError } from "./errors.ts";

Deno.test("work for a request may use the request's remaining time, and fails after its deadline", () => {
  const context = startContext(new Headers());
  withinRequest(context, () => {
    assert.equal(timeLeftMs(1_000), 1_000);
    const left = timeLeftMs(Infinity);
    assert(left > DEADLINE_MS - 5_000 && left <= DEADLINE_MS, `${left}`);
    context.deadlineMs = performance.now() - 1;
    assert.throws(() => timeLeftMs(1_000), { code: "request_timeout", status: 408 });
    assert.equal(withOwnTime(() => timeLeftMs(1_000)), 1_000);
    assert.equal(withOwnTime(() => currentRequest()?.traceId), context.traceId);
    // The result does not depend on how long ago the deadline passed.
    context.deadlineMs = performance.now() - 3_600_000;
    assert.equal(withOwnTime(() => timeLeftMs(1_000)), 1_000);
    assert.throws(() => timeLeftMs(1_000), { code: "request_timeout" });
  });
  assert.equal(timeLeftMs(1_000), 1_000);
  assert.equal(withOwnTime(() => timeLeftMs(1_000)), 1_000);
});

function spend(): void {
  currentRequest()!.deadlineMs = 0;
}

/**
 * Makes services with a slow Stripe: each call uses up the request's time, and then runs `act`,
 * which answers or throws.
 */
async function askingSlowly(act: (answer: () => unknown) => unknown) {
  let asked = 0;
  const { services } = await makeFake();
  const real = await services.payments();
  const slow = new Proxy(real, {
    get(target, name: keyof Payments) {
      if (name === "readEvent" || !(name in target)) return target[name];
      return (...args: unknown[]) => {
        asked += 1;
        spend();
        return act(() => (target[name] as (...all: unknown[]) => unknown)(...args));
      };
    },
  });
  const fake = await makeFake({ overrides: { payments: () => Promise.resolve(slow) } });
  return { fake, asked: () => asked };
}

const ASKING = ROUTE_CASES.filter(({ isIdempotent }) => isIdempotent);
const CLOSED = /_(abandon|postpone|refuse|release)$/;

Deno.test("an external result is stored after the request's deadline", async () => {
  const found: string[] = [];
  for (const each of ASKING) {
    const { fake, asked } = await askingSlowly((answer) => answer());
    const answer = await sendCase(fake, each);
    await answer.body?.cancel();
    if (asked() === 0) continue;
    found.push(each.path);
    assert.equal(answer.status, each.status, each.path);
    // A database function whose name ends with `_read` stores nothing: it only checks whether an
    // event has arrived. So this test requires calls of the other functions only.
    const writes = each.reaches.filter((name) => !name.endsWith("_read"));
    for (const name of writes) assert(fake.names().includes(name), `${each.path}: ${name}`);
  }
  assert(found.length >= 5, found.join());
});

Deno.test("an idempotency key is freed after an external failure that used up the time", async () => {
  const found: string[] = [];
  for (const each of ASKING) {
    const { fake, asked } = await askingSlowly(() => timeLeftMs(1));
    const answer = await sendCase(fake, each);
    await answer.body?.cancel();
    if (asked() === 0) continue;
    found.push(each.path);
    assert(fake.names().some((name) => CLOSED.test(name)), `${each.path}: ${fake.names()}`);
  }
  assert(found.length >= 5, found.join());
});

Deno.test("a chat that uses up its request's time is settled or released", async () => {
  const complete: Ai["complete"] = (request) => {
    spend();
    return FAKE_AI.complete(request);
  };
  const failing: Ai["complete"] = () => {
    spend();
    timeLeftMs(1);
    throw new Error("there was time left");
  };
  const chat = { as: "user", headers: { "idempotency-key": "key-1" } } as const;
  const body = { model: "gpt-4o", messages: [{ role: "user", content: "What is a farthing?" }] };
  for (
    const [ai, status, ends] of [[complete, 200, "settle"], [failing, 408, "release"]] as const
  ) {
    const fake = await makeFake({ ai: { complete: ai } });
    const answer = await send(fake, "POST", "/ai/chat", { ...chat, body });
    await answer.body?.cancel();
    assert.equal(answer.status, status);
    assert.deepEqual(fake.names(), ["chats_begin", `chats_${ends}`]);
  }
});

Deno.test("a stream continues after its request's deadline and is settled", async () => {
  let request: RequestContext | undefined;
  const countTokens: Ai["countTokens"] = (model, messages) => {
    request = currentRequest();
    return FAKE_AI.countTokens(model, messages);
  };
  const stream: Ai["stream"] = (asked) => {
    request!.deadlineMs = 0;
    return FAKE_AI.stream(asked);
  };
  const fake = await makeFake({ ai: { stream, countTokens } });
  const events = await eventsOf(await postStreamed(fake));
  assert.equal(events.at(-1)?.name, "usage");
  assert.equal(events.slice(0, -1).map(({ data }) => data.content).join(""), ANSWER);
  await settled(fake);
  assert.deepEqual(fake.names(), ["chats_begin", "chats_record", "chats_settle"]);
});

Deno.test("a refusal is stored under its idempotency key after the request's deadline", async () => {
  const holds_open = () => {
    spend();
    throw new ApiError("insufficient_credits");
  };
  const fake = await makeFake({ answers: { holds_open } });
  const hold = ROUTE_CASES.find(({ path, method }) =>
    method === "POST" && path === "/credits/holds"
  );
  const answer = await sendCase(fake, hold!);
  await answer.body?.cancel();
  assert.equal(answer.status, 402);
  assert.deepEqual(fake.names(), ["holds_open", "idempotency_store"]);
});
