import assert from "node:assert/strict";
import { ApiError } from "../_shared/core/errors.ts";
import type { CardPage } from "../_shared/adapters/stripe/customers.ts";
import { type Fake, makeFake, ORIGIN } from "#support/fakes/services.ts";
import { USER_ID } from "#support/project.ts";
import { send } from "#support/cases/routes.ts";
import { TOP_UPS } from "#support/samples/top-ups.ts";

const KEY = { "idempotency-key": "key-1" };
const TERMS = { enabled: true, threshold: "1000", target: "5000", monthly_cap: 2000 };

function post(fake: Fake, path: string, body: unknown = {}) {
  return send(fake, "POST", path, { as: "user", headers: KEY, body });
}

Deno.test("a user reads and stops their own auto top-up", async () => {
  const fake = await makeFake();
  const read = await send(fake, "GET", "/top-ups", { as: "user" });
  assert.deepEqual((await read.json()).data, TOP_UPS);
  const ended = await send(fake, "DELETE", "/top-ups", { as: "user" });
  assert.equal((await ended.json()).data.enabled, false);
  assert.deepEqual(fake.calls.map(({ args }) => args), [
    { p_author: "owner", p_user_id: USER_ID },
    { p_user_id: USER_ID },
  ]);
});

Deno.test("opting in passes the caller's id, the terms and a hashed key to the database", async () => {
  const fake = await makeFake();
  assert.equal((await post(fake, "/top-ups", TERMS)).status, 200);
  const { p_idempotency_key, p_fingerprint, ...terms } = fake.calls[0]!.args;
  assert.deepEqual(terms, {
    p_user_id: USER_ID,
    p_enabled: true,
    p_threshold: "1000",
    p_target: "5000",
    p_monthly_cap: 2000,
  });
  assert.match(`${p_idempotency_key} ${p_fingerprint}`, /^[0-9a-f]{64} [0-9a-f]{64}$/);
});

const BAD: [string, unknown][] = [
  ["enabled", "yes"],
  ["threshold", 1000],
  ["threshold", "0"],
  ["threshold", "-1"],
  ["target", "1e3"],
  ["target", null],
  ["monthly_cap", "2000"],
  ["monthly_cap", 0],
  ["monthly_cap", 20.5],
  ["user_id", USER_ID],
];

for (const [field, value] of BAD) {
  Deno.test(`auto top-up with ${field} ${JSON.stringify(value)} is refused with its field`, async () => {
    const fake = await makeFake();
    const answer = await post(fake, "/top-ups", { ...TERMS, [field]: value });
    assert.equal(answer.status, 400);
    assert.equal((await answer.json()).error.field, field);
    assert.deepEqual(fake.names(), []);
  });
}

Deno.test("a first card creates a customer, and the page is opened for that customer", async () => {
  const pages: CardPage[] = [];
  const openCardPage = (page: CardPage) => {
    pages.push(page);
    return Promise.resolve("https://checkout.example.com/setup");
  };
  const fake = await makeFake({ payments: { openCardPage } });
  const answer = await post(fake, "/top-ups/card", { success_url: `${ORIGIN}/saved` });
  assert.equal(answer.status, 201);
  assert.equal((await answer.json()).data.setup_url, "https://checkout.example.com/setup");
  const [begin, attach, finish] = fake.calls;
  assert.deepEqual(attach?.args, { p_user_id: USER_ID, p_customer_id: `cus_${USER_ID}` });
  assert.deepEqual(pages, [{
    userId: USER_ID,
    customerId: `cus_${USER_ID}`,
    currency: "usd",
    requestKey: begin?.args.p_idempotency_key,
    successUrl: `${ORIGIN}/saved`,
    cancelUrl: `${ORIGIN}/checkout/cancel`,
  }]);
  assert.equal(finish?.args.p_idempotency_key, begin?.args.p_idempotency_key);
});

Deno.test("if two customers are created at once, the first becomes the user's", async () => {
  const customers: string[] = [];
  const fake = await makeFake({
    answers: { customers_attach: () => ({ customer_id: "cus_first" }) },
    payments: {
      openCardPage: ({ customerId }) => {
        customers.push(customerId);
        return Promise.resolve("https://checkout.example.com/setup");
      },
    },
  });
  await (await post(fake, "/top-ups/card")).text();
  assert.deepEqual(customers, ["cus_first"]);
});

Deno.test("a second card is saved for the existing customer", async () => {
  const create = { step: "create" as const, user_id: USER_ID, account_id: 7, customer_id: "cus_9" };
  const fake = await makeFake({
    answers: { cards_begin: () => create },
    payments: { createCustomer: () => Promise.reject(new Error("another customer")) },
  });
  const answer = await post(fake, "/top-ups/card");
  assert.equal((await answer.json()).data.setup_url, "https://checkout.example.com/cus_9");
  assert.deepEqual(fake.names(), ["cards_begin", "cards_finish"]);
});

Deno.test("a repeat gets the same page without asking Stripe", async () => {
  const data = { setup_url: "https://checkout.example.com/stored" };
  const fake = await makeFake({
    answers: { cards_begin: () => ({ step: "replay", status: 201, data }) },
    payments: { openCardPage: () => Promise.reject(new Error("Stripe was asked")) },
  });
  const answer = await post(fake, "/top-ups/card");
  assert.equal(answer.headers.get("idempotency-replayed"), "true");
  assert.deepEqual((await answer.json()).data, data);
});

Deno.test("a failure at Stripe frees the key", async () => {
  for (const broken of ["createCustomer", "openCardPage"]) {
    const fail = () => Promise.reject(new ApiError("upstream_unavailable", { status: 502 }));
    const fake = await makeFake({ payments: { [broken]: fail } });
    assert.equal((await post(fake, "/top-ups/card")).status, 502);
    const [begin] = fake.calls;
    assert.deepEqual(fake.calls.at(-1), {
      name: "cards_abandon",
      args: { p_idempotency_key: begin?.args.p_idempotency_key },
    });
  }
});

Deno.test("a page that saves a card returns only to an allowed origin", async () => {
  const fake = await makeFake();
  const answer = await post(fake, "/top-ups/card", { cancel_url: "https://evil.example.com/" });
  assert.equal(answer.status, 400);
  assert.equal((await answer.json()).error.field, "cancel_url");
  assert.deepEqual(fake.names(), []);
});

Deno.test("removing the card detaches it at Stripe and opts out", async () => {
  const detached: [string, string, number][] = [];
  const detachCard = (id: string, customer: string, attempt: number) => {
    detached.push([id, customer, attempt]);
    return Promise.resolve();
  };
  const fake = await makeFake({ payments: { detachCard } });
  const answer = await send(fake, "DELETE", "/top-ups/card", { as: "user" });
  const { data } = await answer.json();
  assert.deepEqual([answer.status, data.card, data.state], [200, null, "off"]);
  assert.deepEqual(detached, [["pm_1", "cus_1", 0]]);
  assert.deepEqual(fake.calls.map(({ name, args }) => [name, args.p_error]), [
    ["cards_remove", undefined],
    ["cards_detached", undefined],
  ]);
});

Deno.test("removing the card while Stripe is unavailable can be retried", async () => {
  const detachCard = () => Promise.reject(new ApiError("upstream_unavailable", { internal: "no" }));
  const fake = await makeFake({ payments: { detachCard } });
  const answer = await send(fake, "DELETE", "/top-ups/card", { as: "user" });
  const { error } = await answer.json();
  assert.deepEqual([answer.status, error.code, error.retryable], [
    503,
    "upstream_unavailable",
    true,
  ]);
  assert.equal(fake.calls[1]?.args.p_error, "no");
});

Deno.test("removing the card when no card is saved asks Stripe nothing", async () => {
  const fake = await makeFake({
    answers: { cards_remove: () => ({ removals: [], top_ups: { ...TOP_UPS, card: null } }) },
    payments: { detachCard: () => Promise.reject(new Error("Stripe was asked")) },
  });
  assert.equal((await send(fake, "DELETE", "/top-ups/card", { as: "user" })).status, 200);
  assert.deepEqual(fake.names(), ["cards_remove"]);
});
