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

Deno.test("an abort during the work does not keep it from being settled", async () => {
  const { api } = fakeService([opened, settled]);
  const stop = new AbortController();
  const paid = await withHold(api, terms, () => {
    stop.abort();
    return Promise.resolve({ value: 1, charge: { amount: "50" } });
  }, { signal: stop.signal });
  equal(paid.settled.settled, "50");
});
