import assert from "node:assert/strict";
import type { BookingToPay } from "../_shared/contracts/database/results/bookings.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { StoredStripeError, StripeRefused } from "../_shared/adapters/stripe/error-classes.ts";
import { BOOKING_ID, BOOKING_SAMPLES, PROVIDER_ID } from "#support/samples/bookings.ts";
import { type Fake, makeFake } from "#support/fakes/services.ts";
import { MARK, USER_ID } from "#support/project.ts";
import { send } from "#support/cases/routes.ts";

const KEY = { "idempotency-key": "key-1" };
const BODY = { provider_id: PROVIDER_ID, amount: 2500, currency: "usd" };

function post(fake: Fake, body: Record<string, unknown> = BODY) {
  return send(fake, "POST", "/bookings", { as: "user", headers: KEY, body });
}

function refusal(stripeCode: string | null, param: string | null = null): StripeRefused {
  return new StripeRefused({
    internal: "no",
    cause: null,
    stripeCode,
    declineCode: null,
    param,
    payment: null,
  });
}

Deno.test("a booking creates its payment at Stripe, and its answer has the client secret", async () => {
  const asked: BookingToPay[] = [];
  const createBookingPayment = (booking: BookingToPay) => {
    asked.push(booking);
    return Promise.resolve({ id: "pi_7", clientSecret: "pi_7_secret" });
  };
  const fake = await makeFake({ payments: { createBookingPayment } });
  const details = { date: "2026-12-24", guests: 2 };
  const answer = await post(fake, { ...BODY, client_temp_id: "tmp-1", details });
  const { data } = await answer.json();
  assert.equal(answer.status, 201);
  assert.deepEqual([data.payment_intent_id, data.client_secret, data.application_fee_amount], [
    "pi_7",
    "pi_7_secret",
    75,
  ]);
  assert.deepEqual([asked[0]?.stripe_account_id, asked[0]?.amount], ["acct_1", 2500]);
  const [begin, attach] = fake.calls;
  assert.deepEqual(
    [begin?.args.p_user_id, begin?.args.p_client_temp_id, begin?.args.p_details],
    [USER_ID, "tmp-1", details],
  );
  assert.deepEqual(attach?.args, {
    p_booking_id: BOOKING_ID,
    p_payment_intent_id: "pi_7",
    p_client_secret: "pi_7_secret",
    p_idempotency_key: begin?.args.p_idempotency_key,
  });
});

Deno.test("a repeat is answered without asking Stripe", async () => {
  const { data } = BOOKING_SAMPLES.bookings_attach({
    p_booking_id: BOOKING_ID,
    p_payment_intent_id: "pi_1",
    p_client_secret: "secret",
    p_idempotency_key: "",
  });
  const fake = await makeFake({
    answers: { bookings_begin: () => ({ step: "replay", status: 201, data }) },
    payments: { createBookingPayment: () => Promise.reject(new Error("Stripe was asked")) },
  });
  const answer = await post(fake);
  assert.equal(answer.headers.get("idempotency-replayed"), "true");
  assert.equal((await answer.json()).data.client_secret, "secret");
});

const OUTAGE = new ApiError("upstream_unavailable", { status: 502 });
const STORED_FAILURE = new StoredStripeError("upstream_unavailable", { status: 502 });
const FAILURES: readonly [string, Error, number, string | undefined, boolean][] = [
  ["is unreachable", OUTAGE, 502, undefined, false],
  [
    "is processing the same request",
    new ApiError("idempotency_in_progress"),
    409,
    undefined,
    false,
  ],
  ["refuses the amount as too small", refusal("amount_too_small"), 400, "amount", true],
  ["refuses the amount", refusal(null, "amount"), 400, "amount", true],
  ["refuses the amount as too large", refusal("amount_too_large"), 400, "amount", true],
  ["refuses the currency", refusal(null, "currency"), 400, "currency", true],
  [
    "cannot transfer to the provider, and names the parameter",
    refusal("insufficient_capabilities_for_transfer", "transfer_data[destination]"),
    400,
    "provider_id",
    true,
  ],
  [
    "cannot transfer to the provider",
    refusal("insufficient_capabilities_for_transfer"),
    400,
    "provider_id",
    true,
  ],
  [
    "does not know the provider's account",
    refusal("resource_missing", "transfer_data[destination]"),
    400,
    "provider_id",
    true,
  ],
  ["fails and stores its answer", STORED_FAILURE, 502, undefined, true],
  ["refuses our request for another reason", refusal("parameter_unknown"), 502, undefined, true],
];

for (const [name, error, status, field, isSpent] of FAILURES) {
  Deno.test(`a booking is answered with ${status} and frees its key if Stripe ${name}`, async () => {
    const createBookingPayment = () => Promise.reject(error);
    const fake = await makeFake({ payments: { createBookingPayment } });
    const answer = await post(fake);
    const body = await answer.json();
    assert.deepEqual([answer.status, body.error.field], [status, field]);
    assert.deepEqual(fake.names(), ["bookings_begin", "bookings_abandon"]);
    const given = fake.calls[1]?.args.p_booking_id;
    assert.equal(given, isSpent ? BOOKING_ID : undefined);
  });
}

Deno.test("a booking that is cancelled during the call to Stripe has its payment cancelled", async () => {
  for (const cancelBookingPayment of [() => Promise.resolve(), () => Promise.reject(OUTAGE)]) {
    const cancelled: unknown[] = [];
    const fake = await makeFake({
      answers: {
        bookings_attach: (args) => {
          const reply = BOOKING_SAMPLES.bookings_attach(args);
          return { ...reply, data: { ...reply.data, status: "cancelled" } };
        },
      },
      payments: {
        cancelBookingPayment: (payment) => {
          cancelled.push(payment);
          return cancelBookingPayment();
        },
      },
    });
    const answer = await post(fake);
    assert.deepEqual([answer.status, (await answer.json()).data.status], [201, "cancelled"]);
    assert.deepEqual(cancelled, [{ booking_id: BOOKING_ID, payment_intent_id: "pi_1" }]);
  }
});

Deno.test("an invalid booking is refused with its field and reaches no database", async () => {
  const cases: readonly [Record<string, unknown>, string][] = [
    [{ ...BODY, amount: 0 }, "amount"],
    [{ ...BODY, amount: 100_000_000 }, "amount"],
    [{ ...BODY, amount: 1.5 }, "amount"],
    [{ ...BODY, amount: "100" }, "amount"],
    [{ ...BODY, currency: "USD" }, "currency"],
    [{ ...BODY, currency: "us" }, "currency"],
    [{ ...BODY, provider_id: "me" }, "provider_id"],
    [{ ...BODY, client_temp_id: "" }, "client_temp_id"],
    [{ ...BODY, details: [] }, "details"],
    [{ ...BODY, application_fee_amount: 0 }, "application_fee_amount"],
    [{ ...BODY, user_id: USER_ID }, "user_id"],
  ];
  for (const [body, field] of cases) {
    const fake = await makeFake();
    const answer = await post(fake, body);
    const { error } = await answer.json();
    assert.deepEqual([answer.status, error.code, error.field], [400, "invalid_request", field]);
    assert.deepEqual(fake.names(), []);
  }
});

function cancel(fake: Fake) {
  return send(fake, "DELETE", `/bookings/${BOOKING_ID}`, { as: "user", headers: KEY });
}

Deno.test("an unpaid booking has its payment cancelled at Stripe first", async () => {
  const order: string[] = [];
  const fake = await makeFake({
    payments: {
      cancelBookingPayment: ({ payment_intent_id }) => {
        order.push(payment_intent_id);
        return Promise.resolve();
      },
    },
  });
  const answer = await cancel(fake);
  assert.deepEqual((await answer.json()).data, {
    booking_id: BOOKING_ID,
    status: "cancelled",
    refund: null,
  });
  assert.deepEqual(order, ["pi_1"]);
  assert.deepEqual(fake.names(), ["bookings_cancel", "bookings_cancelled"]);
});

Deno.test("a cancellation during an outage of Stripe frees the key and leaves the booking", async () => {
  const cancelBookingPayment = () => Promise.reject(OUTAGE);
  const fake = await makeFake({ payments: { cancelBookingPayment } });
  assert.equal((await cancel(fake)).status, 502);
  assert.deepEqual(fake.names(), ["bookings_cancel", "bookings_abandon"]);
  assert.equal(fake.calls[1]?.args.p_booking_id, undefined);
});

const REFUND = {
  refund_id: BOOKING_ID,
  payment_id: "pi_1",
  order_id: null,
  booking_id: BOOKING_ID,
  amount: 2500,
  currency: "usd",
  reason: null,
  connected: true,
  has_fee: true,
  mark: MARK,
};

Deno.test("a paid booking is cancelled even if Stripe is unavailable or refuses the refund", async () => {
  const calls = { made: "refunds_attach", unknown: "refunds_postpone", refused: "refunds_refuse" };
  const outcomes = {
    made: () => Promise.resolve({ id: "re_1", status: "succeeded" }),
    unknown: () => Promise.reject(OUTAGE),
    refused: () => Promise.reject(refusal("charge_disputed")),
  };
  for (const outcome of ["made", "unknown", "refused"] as const) {
    const fake = await makeFake({
      answers: { bookings_cancel: () => ({ step: "refund", refund: REFUND }) },
      payments: { createRefund: outcomes[outcome] },
    });
    const answer = await cancel(fake);
    assert.equal(answer.status, 200, await answer.text());
    assert.deepEqual(fake.names(), ["bookings_cancel", calls[outcome], "bookings_cancelled"]);
    assert.equal(fake.lines.some(({ level }) => level === "warn"), outcome !== "made");
  }
});

Deno.test("a second cancellation is answered at once, and a completed booking is refused", async () => {
  const done = BOOKING_SAMPLES.bookings_cancelled({
    p_booking_id: BOOKING_ID,
    p_idempotency_key: "",
  });
  const settled = await makeFake({
    answers: { bookings_cancel: () => ({ step: "done", replayed: false, ...done }) },
  });
  assert.equal((await cancel(settled)).status, 200);
  assert.deepEqual(settled.names(), ["bookings_cancel"]);
  const error = new ApiError("booking_not_cancellable", { details: { status: "completed" } });
  const fake = await makeFake({ answers: { bookings_cancel: () => Promise.reject(error) } });
  const answer = await cancel(fake);
  assert.deepEqual([answer.status, (await answer.json()).error.details.status], [409, "completed"]);
  assert.deepEqual(fake.names(), ["bookings_cancel", "idempotency_store"]);
});

Deno.test("a cancellation frees no key of another cancellation that is in progress", async () => {
  const error = new ApiError("idempotency_in_progress");
  const fake = await makeFake({ answers: { bookings_cancel: () => Promise.reject(error) } });
  assert.equal((await cancel(fake)).status, 409);
  assert.deepEqual(fake.names(), ["bookings_cancel"]);
});

Deno.test("confirming and completing a booking pass the caller's id to the database", async () => {
  for (const [step, p_status] of [["confirm", "confirmed"], ["complete", "completed"]]) {
    const fake = await makeFake();
    const answer = await send(fake, "POST", `/bookings/${BOOKING_ID}/${step}`, { as: "user" });
    assert.equal((await answer.json()).data.status, p_status);
    const args = { p_user_id: USER_ID, p_booking_id: BOOKING_ID, p_status };
    assert.deepEqual(fake.calls[0]?.args, args);
  }
});

Deno.test("bookings are listed by role and status, with a cursor", async () => {
  const fake = await makeFake();
  const path = `/bookings?role=provider&status=paid&limit=1&cursor=${BOOKING_ID}`;
  const { data, metadata } = await (await send(fake, "GET", path, { as: "user" })).json();
  assert.deepEqual([data.length, metadata.nextCursor], [1, BOOKING_ID]);
  assert.deepEqual(fake.calls[0]?.args, {
    p_user_id: USER_ID,
    p_author: "owner",
    p_role: "provider",
    p_status: "paid",
    p_before: BOOKING_ID,
    p_limit: 1,
  });
  for (const query of ["role=guest", "status=lost", "cursor=1", "limit=0", "user_id=x"]) {
    const refused = await send(await makeFake(), "GET", `/bookings?${query}`, { as: "user" });
    assert.deepEqual((await refused.json()).error.field, query.split("=")[0]);
  }
});

Deno.test("while b2b is off new bookings are refused, and existing bookings continue", async () => {
  const features = { isOn: () => Promise.resolve(false) };
  const fake = await makeFake({ overrides: { features } });
  assert.equal((await (await post(fake)).json()).error.code, "feature_disabled");
  assert.deepEqual(fake.names(), []);
  assert.equal((await send(fake, "GET", "/bookings", { as: "user" })).status, 200);
  const confirm = `/bookings/${BOOKING_ID}/confirm`;
  assert.equal((await send(fake, "POST", confirm, { as: "user" })).status, 200);
  assert.equal((await cancel(fake)).status, 200);
});
