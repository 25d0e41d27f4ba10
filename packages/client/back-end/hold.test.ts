import { deepEqual, equal, rejects } from "node:assert/strict";
import { broken, failure, fakeService, success } from "../testing/fake-service.ts";
import { UnsettledError, withHold } from "./hold.ts";

const opened = success({ hold_id: "h1", amount: "68" }, { status: 201 });
const settled = success({ hold_id: "h1", settled: "50" });
const released = success({ hold_id: "h1", status: "released" });
const estimate = { model: "gpt-4o", input_tokens: 1000, max_output_tokens: 500 };
const terms = { userId: "u1", estimate, reason: "an answer", ttlSeconds: 60 };
const usage = { model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };

Deno.test("the work's charge is settled, and its value returned", async () => {
  const { api, seen } = fakeService([opened, broken, settled]);
  const paid = await withHold(api, terms, async (hold) => {
    equal(hold.hold_id, "h1");
    return await { value: "Four.", charge: { usage } };
  }, {});
  deepEqual([paid.value, paid.settled.settled], ["Four.", "50"]);
  deepEqual(JSON.parse(seen[0]!.body), {
    user_id: "u1",
    estimate,
    ttl_seconds: 60,
    reason: "an answer",
  });
  deepEqual(JSON.parse(seen[2]!.body), { usage });
  deepEqual(seen.map(({ url }) => url.split("/v1/")[1]), [
    "credits/holds",
    "credits/holds/h1/settle",
    "credits/holds/h1/settle",
  ]);
});

Deno.test("work that throws releases the credits, and its own error is thrown", async () => {
  for (const answer of [released, failure(409, "hold_not_open")]) {
    const { api, seen } = fakeService([opened, answer]);
    const work = () => Promise.reject(new Error("the model failed"));
    await rejects(withHold(api, terms, work, {}), { message: "the model failed" });
    equal(seen[1]!.url.endsWith("/h1/release"), true);
  }
});

Deno.test("without credits the work does not begin", async () => {
  const { api } = fakeService([failure(402, "insufficient_credits")]);
  const work = () => Promise.reject(new Error("the work began"));
  await rejects(withHold(api, terms, work, {}), { code: "insufficient_credits" });
});

Deno.test("a charge that cannot be settled is an error that has the work's value", async () => {
  const details = { status: "released" };
  const { api } = fakeService([opened, failure(409, "hold_not_open", { details })]);
  const charge = { amount: "50" };
  await rejects(
    withHold(api, terms, () => Promise.resolve({ value: "Four.", charge }), {}),
    (error: UnsettledError) => {
      deepEqual(
        [error.code, error.value, error.charge, error.hold.hold_id, error.details],
        ["hold_not_open", "Four.", charge, "h1", details],
      );
      return error instanceof UnsettledError;
    },
  );
});

const again = success({ hold_id: "h1", amount: "68", status: "open" }, {
  status: 201,
  headers: { "idempotency-replayed": "true" },
});
const hold = (status: string) => success({ hold_id: "h1", status });
const repeat = { idempotencyKey: "request-1" };

Deno.test("a repeat whose hold has ended does not do the work again", async () => {
  for (const status of ["settled", "released"]) {
    const { api, seen } = fakeService([again, hold(status)]);
    const work = () => Promise.reject(new Error("the work began"));
    await rejects(withHold(api, terms, work, repeat), {
      code: "hold_not_open",
      details: { hold_id: "h1", status },
    });
    deepEqual(seen.map(({ method }) => method), ["POST", "GET"]);
  }
});

Deno.test("a repeat after a crash does the work while the hold is open", async () => {
  const { api } = fakeService([again, hold("open"), settled]);
  const work = () => Promise.resolve({ value: "Four.", charge: { usage } });
  equal((await withHold(api, terms, work, repeat)).value, "Four.");
});

Deno.test("two runs with one key settle the hold with different keys, so only one is paid", async () => {
  const keys = new Set<string | null>();
  const details = { status: "settled" };
  const runs = [[opened, settled], [
    again,
    hold("open"),
    failure(409, "hold_not_open", { details }),
  ]];
  const codes: unknown[] = [];
  for (const steps of runs) {
    const { api, seen } = fakeService(steps);
    const work = () => Promise.resolve({ value: 1, charge: { amount: "50" } });
    codes.push(
      await withHold(api, terms, work, repeat).then(() => "paid", (error) => error.code),
    );
    equal(seen[0]!.key, "request-1");
    keys.add(seen.at(-1)!.key);
  }
  deepEqual([codes, keys.size], [["paid", "hold_not_open"], 2]);
});

Deno.test("an abort during the work does not prevent its settlement", async () => {
  const { api } = fakeService([opened, settled]);
  const stop = new AbortController();
  const paid = await withHold(api, terms, () => {
    stop.abort();
    return Promise.resolve({ value: 1, charge: { amount: "50" } });
  }, { signal: stop.signal });
  equal(paid.settled.settled, "50");
});
