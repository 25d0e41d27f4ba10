/**
 * Tests that only a response of the project, and never an error, can show that a buyer has paid and
 * got no credits.
 */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { creditsWithin, entry } from "./credits.ts";
import { broken, data, ORDER, withShop } from "./testing/shop.ts";

const entryOf = (amount: string) => ({
  ...{ id: ORDER.order_id, transaction_id: ORDER.order_id, lot_id: null, seq: 1 },
  ...{ kind: "purchase", amount, balance_after: amount, author: "stripe:evt_1" },
  ...{ reference_type: "order", reference_id: ORDER.order_id, correlation_id: null },
  ...{ metadata: null, event_at: ORDER.paid_at, created_at: ORDER.paid_at },
});

/** The project's newest proof, which has found this many violations. */
const proof = (violations: number) =>
  data([{
    ...{ id: "7", outcome: violations === 0 ? "proved" : "violated", violations },
    ...{ scope: "whole", is_done: true, detail: "", started_at: ORDER.paid_at, duration_ms: 5 },
  }]);

const unpaid = data({ ...ORDER, status: "pending", paid_at: null });

Deno.test("an order that stays unpaid owes credits", () =>
  withShop({ answers: { [ORDER.order_id]: unpaid } }, async (context) => {
    const { state, owes, evidence } = await creditsWithin(0).run(context);
    deepEqual([state, owes], ["failed", true]);
    match(evidence.join(), /is not paid$/);
  }));

Deno.test("an order or a balance that can't be read is an error, and owes nothing", async () => {
  let calls = 0;
  // The first request finds the order; every later request fails.
  const fails = () => calls++ === 0 ? unpaid() : broken();
  await withShop(
    { answers: { [ORDER.order_id]: fails } },
    (context) => rejects(() => creditsWithin(0).run(context), /500 internal/),
  );
  await withShop(
    { answers: { credits: broken } },
    (context) => rejects(() => creditsWithin(0).run(context), /GET \/credits 500 internal/),
  );
});

Deno.test("entries with another sum than the order owe credits, also if no proof can run", () =>
  withShop({ answers: { entries: data([entryOf("1")]), proofs: broken } }, async (context) => {
    const { state, owes, evidence } = await entry.run(context);
    deepEqual([state, owes], ["failed", true]);
    match(evidence.join(), /the entries add up to 1 credits, and the order has 9990/);
  }));

Deno.test("a violation that is not of the order is a failure, and owes nothing", () =>
  withShop(
    { answers: { entries: data([entryOf("9990")]), proofs: proof(1) } },
    async (context) => {
      const { state, owes, evidence } = await entry.run(context);
      deepEqual([state, owes], ["failed", undefined]);
      match(evidence.join(), /entry 1: purchase 9990.*: violated, 1 violations/);
    },
  ));

Deno.test("a proof that can't be read is an error, and owes nothing", () =>
  withShop(
    { answers: { entries: data([entryOf("9990")]), proofs: broken } },
    (context) => rejects(() => entry.run(context), /GET \/proofs 500/),
  ));

Deno.test("entries of the order's credits and a clean proof are the evidence", () =>
  withShop(
    { answers: { entries: data([entryOf("9990")]), proofs: proof(0) } },
    async (context) => {
      equal((await entry.run(context)).state, "ok");
    },
  ));
