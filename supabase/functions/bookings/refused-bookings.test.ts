/** Tests the response to a booking that the fraud rules refuse. */
import assert from "node:assert/strict";
import type { BookingStep } from "../_shared/contracts/database/results/bookings.ts";
import { PROVIDER_ID } from "#support/samples/bookings.ts";
import { makeFake } from "#support/fakes/services.ts";
import { send } from "#support/cases/routes.ts";

const BODY = { provider_id: PROVIDER_ID, amount: 2500, currency: "usd" };
const HEADERS = { "idempotency-key": "key-1", "cf-connecting-ip": "203.0.113.9" };

async function book(refused: BookingStep & { step: "refused" }) {
  const fake = await makeFake({
    answers: { bookings_begin: () => refused },
    payments: { createBookingPayment: () => Promise.reject(new Error("Stripe was asked")) },
  });
  const answer = await send(fake, "POST", "/bookings", {
    as: "user",
    headers: HEADERS,
    body: BODY,
  });
  const { error } = await answer.json();
  assert.deepEqual(fake.names(), ["bookings_begin"]);
  assert.match(String(fake.calls[0]?.args.p_ip_hash), /^[0-9a-f]{64}$/);
  assert.doesNotMatch(error.message, /block|fraud|card|address/i);
  return { error, status: answer.status, retryAfter: answer.headers.get("retry-after") };
}

Deno.test("a blocked buyer's booking is refused without the reason", async () => {
  const { error, status, retryAfter } = await book({
    step: "refused",
    code: "forbidden",
    limit: null,
    retry_after: null,
  });
  assert.deepEqual([status, error.code, error.details], [403, "forbidden", undefined]);
  assert.equal(retryAfter, null);
});

for (const limit of ["buyer", "provider"] as const) {
  Deno.test(`a booking beyond the ${limit}'s limit is refused with the limit and Retry-After`, async () => {
    const { error, status, retryAfter } = await book({
      step: "refused",
      code: "velocity_exceeded",
      limit,
      retry_after: 3_000,
    });
    assert.deepEqual([status, error.code, retryAfter], [429, "velocity_exceeded", "3000"]);
    assert.deepEqual([error.details, error.retryable], [{ limit }, true]);
  });
}
