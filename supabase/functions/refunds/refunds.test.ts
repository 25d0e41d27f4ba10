import assert from "node:assert/strict";
import type { RefundAnswer } from "../_shared/contracts/database/results/refunds.ts";
import { ApiError, type ErrorCode } from "../_shared/core/errors.ts";
import { StoredStripeError, StripeRefused } from "../_shared/adapters/stripe/error-classes.ts";
import { type Fake, makeFake } from "#support/fakes/services.ts";
import {
  PENDING_REFUND,
  REFUND_ID,
  REFUND_PREVIEW,
  REFUND_TO_SEND,
  SETTLED_REFUND,
} from "#support/samples/refunds.ts";
import { USER_ID } from "#support/project.ts";
import { send } from "#support/cases/routes.ts";

const KEY = { "idempotency-key": "key-1" };
const ORDER_ID = REFUND_TO_SEND.order_id!;
const BODY = { order_id: ORDER_ID };

function refund(fake: Fake, body: Record<string, unknown> = BODY) {
  return send(fake, "POST", "/refunds", { as: "operator", headers: KEY, body });
}

function refusedWith(stripeCode: string | null, param: string | null = null): StripeRefused {
  const none = { declineCode: null, payment: null, cause: undefined };
  return new StripeRefused({ ...none, internal: "stripe: no", stripeCode, param });
}

/** Makes a fake whose Stripe refuses every refund with this error. */
async function refusing(error: Error) {
  return await makeFake({ payments: { createRefund: () => Promise.reject(error) } });
}

Deno.test("a refund is recorded, sent to Stripe, and answered with the effect of its event", async () => {
  const fake = await makeFake();
  const answer = await refund(fake, { ...BODY, amount: 500, reason: "duplicate" });
  assert.equal(answer.status, 201, await answer.clone().text());
  const { data } = await answer.json();
  assert.deepEqual([data.status, data.credits_taken_back, data.debt_added], [
    "succeeded",
    "9990",
    "40",
  ]);
  const [begin, attach] = fake.calls;
  assert.equal(begin?.args.p_amount, "500");
  assert.equal(begin?.args.p_order_id, ORDER_ID);
  assert.equal(begin?.args.p_reason, "duplicate");
  assert.match(String(begin?.args.p_author), /^operator:[0-9a-f-]{36}$/);
  const expected = { p_refund_id: REFUND_ID, p_stripe_refund_id: "re_1" };
  assert.deepEqual(attach?.args, expected);
});

Deno.test("a refund's event is waited for at growing intervals, for two seconds at most", async () => {
  const pauses: number[] = [];
  const fake = await makeFake({
    answers: {
      refunds_read: () => PENDING_REFUND,
      refunds_finish: () => ({ status: 201, data: PENDING_REFUND }),
    },
    overrides: {
      pause: (ms) => {
        pauses.push(ms);
        return Promise.resolve();
      },
    },
  });
  const { data } = await (await refund(fake)).json();
  assert.equal(data.status, "pending");
  assert.deepEqual(pauses, pauses.toSorted((a, b) => a - b));
  assert.equal(pauses.reduce((sum, ms) => sum + ms, 0), 2000);
});

const NOT_WAITED: readonly [string, Partial<RefundAnswer>][] = [
  ["has succeeded", { status: "succeeded" }],
  ["has failed", { status: "failed" }],
  ["is pending at Stripe and has moved credits", { credits_taken_back: "1" }],
];

for (const [name, changes] of NOT_WAITED) {
  Deno.test(`a refund that ${name} is not waited for`, async () => {
    const answers = { refunds_attach: () => ({ ...PENDING_REFUND, ...changes }) };
    const fake = await makeFake({ answers });
    assert.equal((await refund(fake)).status, 201);
    assert.deepEqual(fake.names(), ["refunds_begin", "refunds_attach", "refunds_finish"]);
  });
}

Deno.test("a refund is answered with 201 even if the wait for its event fails", async () => {
  const answers = { refunds_read: () => Promise.reject(new ApiError("request_timeout")) };
  const fake = await makeFake({ answers });
  assert.equal((await refund(fake)).status, 201);
  assert.equal(fake.names().at(-1), "refunds_finish");
});

Deno.test("a repeat gets the stored answer, and Stripe is not asked", async () => {
  const createRefund = () => Promise.reject(new Error("asked"));
  const answers = {
    refunds_begin: () => ({ step: "replay" as const, status: 201, data: SETTLED_REFUND }),
  };
  const fake = await makeFake({ answers, payments: { createRefund } });
  const answer = await refund(fake);
  assert.equal(answer.status, 201);
  assert.equal(answer.headers.get("idempotency-replayed"), "true");
  assert.deepEqual(fake.names(), ["refunds_begin"]);
});

const REFUSALS: readonly [string, StripeRefused, number, ErrorCode][] = [
  ["charge_already_refunded", refusedWith("charge_already_refunded"), 409, "already_refunded"],
  ["charge_disputed", refusedWith("charge_disputed"), 409, "already_refunded"],
  ["refund_disputed_payment", refusedWith("refund_disputed_payment"), 409, "already_refunded"],
  ["the parameter amount", refusedWith(null, "amount"), 422, "refund_too_large"],
  ["charge_not_refundable", refusedWith("charge_not_refundable"), 422, "refund_too_large"],
];

for (const [name, error, status, code] of REFUSALS) {
  Deno.test(`a refund that Stripe refuses with ${name} gets ${code}, and the refusal is stored`, async () => {
    const fake = await refusing(error);
    const answer = await refund(fake);
    assert.equal(answer.status, status);
    assert.equal((await answer.json()).error.code, code);
    assert.deepEqual(fake.names(), ["refunds_begin", "refunds_refuse", "idempotency_store"]);
    const { args } = fake.calls[1]!;
    assert.equal(args.p_refund_id, REFUND_ID);
    assert.equal(args.p_idempotency_key, fake.calls[0]?.args.p_idempotency_key);
  });
}

Deno.test("a refund that Stripe refuses for another reason gets 502, which is not stored", async () => {
  const fake = await refusing(refusedWith("balance_insufficient"));
  const answer = await refund(fake);
  assert.equal(answer.status, 502);
  const { error } = await answer.json();
  assert.deepEqual([error.code, error.retryable], ["upstream_unavailable", true]);
  assert.deepEqual(fake.names(), ["refunds_begin", "refunds_refuse"]);
});

const OUTAGES: readonly [string, ApiError, number][] = [
  ["unreachable", new ApiError("upstream_unavailable"), 503],
  ["failing", new StoredStripeError("upstream_unavailable", { status: 502 }), 502],
  ["processing the same refund", new ApiError("idempotency_in_progress"), 409],
];

for (const [name, error, status] of OUTAGES) {
  Deno.test(`a refund gets ${status} and is postponed while Stripe is ${name}`, async () => {
    const fake = await refusing(error);
    assert.equal((await refund(fake)).status, status);
    assert.deepEqual(fake.names(), ["refunds_begin", "refunds_postpone"]);
  });
}

Deno.test("a refusal reaches the caller even if it cannot be stored for the refund", async () => {
  const down = () => Promise.reject(new ApiError("upstream_unavailable"));
  const fake = await makeFake({
    answers: { refunds_refuse: down },
    payments: { createRefund: () => Promise.reject(refusedWith("charge_already_refunded")) },
  });
  assert.equal((await refund(fake)).status, 409);
  assert(fake.lines.some(({ message }) => message === "refund result not stored"));
});

Deno.test("the database's refusals reach the caller with their details, and are stored", async () => {
  for (const code of ["not_found", "already_refunded", "refund_too_large"] as const) {
    const details = { refundable: 499, currency: "usd" };
    const refunds_begin = () => Promise.reject(new ApiError(code, { details }));
    const fake = await makeFake({ answers: { refunds_begin } });
    const answer = await refund(fake);
    const { error } = await answer.json();
    assert.deepEqual([error.code, error.details], [code, details]);
    assert.deepEqual(fake.names(), ["refunds_begin", "idempotency_store"]);
  }
});

const BAD: readonly [string, Record<string, unknown>, string][] = [
  ["neither an order nor a booking", {}, "order_id"],
  ["both an order and a booking", { order_id: ORDER_ID, booking_id: ORDER_ID }, "order_id"],
  ["a zero amount", { ...BODY, amount: 0 }, "amount"],
  ["a negative amount", { ...BODY, amount: -1 }, "amount"],
  ["half a cent", { ...BODY, amount: 0.5 }, "amount"],
  ["an amount as text", { ...BODY, amount: "500" }, "amount"],
  ["an amount above the maximum", { ...BODY, amount: 1e15 }, "amount"],
  ["an empty reason", { ...BODY, reason: "" }, "reason"],
];

for (const [name, body, field] of BAD) {
  Deno.test(`a refund with ${name} is refused with its field and reaches no database`, async () => {
    const fake = await makeFake();
    const answer = await refund(fake, body);
    assert.equal(answer.status, 400);
    assert.equal((await answer.json()).error.field, field);
    assert.deepEqual(fake.names(), []);
  });
}

Deno.test("a dry run of a refund asks neither Stripe nor for a key's answer", async () => {
  const createRefund = () => assert.fail("Stripe was asked");
  const fake = await makeFake({ payments: { createRefund } });
  const answer = await refund(fake, { ...BODY, amount: 500, reason: "late", dry_run: true });
  assert.equal(answer.status, 200);
  assert.deepEqual((await answer.json()).data, REFUND_PREVIEW);
  assert.deepEqual(fake.calls, [{
    name: "refunds_preview",
    args: {
      p_order_id: ORDER_ID,
      p_booking_id: undefined,
      p_amount: "500",
      p_reason: "late",
      p_author: `operator:${USER_ID}`,
    },
  }]);
});

Deno.test("a refused dry run stores nothing under its key", async () => {
  const refunds_preview = () => Promise.reject(new ApiError("refund_too_large"));
  const fake = await makeFake({ answers: { refunds_preview } });
  const answer = await refund(fake, { ...BODY, dry_run: true });
  assert.equal((await answer.json()).error.code, "refund_too_large");
  assert.deepEqual(fake.names(), ["refunds_preview"]);
});

Deno.test("refunds are listed by order, user and status, from a cursor", async () => {
  const fake = await makeFake();
  const filter = `order_id=${ORDER_ID}&user_id=${USER_ID}&status=pending`;
  const path = `/refunds?${filter}&limit=5&cursor=${REFUND_ID}`;
  const answer = await send(fake, "GET", path, { as: "operator" });
  assert.equal((await answer.json()).metadata.nextCursor, REFUND_ID);
  assert.deepEqual(fake.calls[0]?.args, {
    p_order_id: ORDER_ID,
    p_booking_id: undefined,
    p_user_id: USER_ID,
    p_status: "pending",
    p_author: `operator:${USER_ID}`,
    p_before: REFUND_ID,
    p_limit: 5,
  });
});
