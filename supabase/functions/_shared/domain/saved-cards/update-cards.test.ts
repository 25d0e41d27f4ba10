import assert from "node:assert/strict";
import type { CardTask } from "../../contracts/database/results/top-ups.ts";
import { OtherStripeAccount, StripeRefused } from "../../adapters/stripe/error-classes.ts";
import { ApiError } from "../../core/errors.ts";
import { makeFake } from "#support/fakes/services.ts";
import { updateCards } from "./update-cards.ts";

const READ: CardTask = {
  step: "read",
  payment_method_id: "pm_1",
  customer_id: "cus_1",
  unread_since: "2026-11-21T12:00:00+00:00",
  attempts: 1,
};
const DETACH: CardTask = {
  step: "detach",
  payment_method_id: "pm_2",
  customer_id: "cus_2",
  unread_since: null,
  attempts: 2,
};
const REFUSAL = {
  internal: "stripe: no such customer",
  cause: undefined,
  stripeCode: "resource_missing",
  declineCode: null,
  param: "id",
  payment: null,
};
const OTHER = new OtherStripeAccount("cus_1", new StripeRefused(REFUSAL));
const UNTIL = Number.MAX_SAFE_INTEGER;

const queueOf = (...tasks: CardTask[]) => ({ cards_claim: () => tasks.splice(0) });

Deno.test("due cards are read and removed ones detached, until none is due", async () => {
  const fake = await makeFake({ answers: queueOf(READ, DETACH) });
  assert.deepEqual(await updateCards(fake.services, UNTIL), { updated: 2, failed: 0 });
  const of = (name: string) => fake.calls.find((call) => call.name === name)?.args;
  assert.deepEqual(of("cards_describe"), {
    p_payment_method_id: "pm_1",
    p_unread_since: READ.unread_since,
    p_customer_id: "cus_1",
    p_brand: "visa",
    p_last4: "4242",
    p_exp_month: 12,
    p_exp_year: 2040,
  });
  assert.deepEqual(of("cards_detached"), { p_payment_method_id: "pm_2", p_error: undefined });
  assert.equal(fake.names().filter((name) => name === "cards_claim").length, 2);
});

Deno.test("while Stripe is unavailable only one batch is attempted", async () => {
  const unavailable = () =>
    Promise.reject(new ApiError("upstream_unavailable", { internal: "no" }));
  const payments = { readCard: unavailable, detachCard: unavailable };
  const fake = await makeFake({ answers: queueOf(READ, DETACH), payments });
  assert.deepEqual(await updateCards(fake.services, UNTIL), { updated: 0, failed: 2 });
  assert.deepEqual(fake.names().sort(), ["cards_claim", "cards_detached"]);
});

Deno.test("with the key of another account no card is changed, and the fault is reported", async () => {
  const other = () => Promise.reject(OTHER);
  const payments = { readCard: other, detachCard: other };
  const fake = await makeFake({ answers: queueOf(READ, DETACH), payments });
  assert.deepEqual(await updateCards(fake.services, UNTIL), { updated: 0, failed: 2 });
  const reports = fake.calls.filter(({ name }) => name === "stripe_faults_report");
  assert.deepEqual(
    reports.map(({ args }) => args),
    Array(2).fill({
      p_fault: "other_account",
      p_detail: OTHER.internal,
      p_subject: "cus_1",
    }),
  );
  assert(!fake.names().includes("cards_describe"));
  const detached = fake.calls.find(({ name }) => name === "cards_detached");
  assert.equal(detached?.args.p_error, OTHER.internal);
});
