import assert from "node:assert/strict";
import { MARK } from "#support/project.ts";
import { paymentsAt, refusalOf, stripeError, withStripe } from "#support/fakes/stripe-server.ts";

const ORDER_ID = "9d3fa1b8-4ea1-49a5-9be2-2f8f6a4f4c01";
const REFUND_ID = "2f2f7a3e-6f3b-4a55-9d53-1e0b6f6a9c11";
const MONEY = { amount: 999, currency: "usd" };

/**
 * A balance transaction in the balance's currency. Its source, for example a charge, is in the
 * buyer's currency.
 */
function transaction(id: string, type: string, source: unknown) {
  const sums = { amount: 1_100, fee: 62, net: 1_038, currency: "eur" };
  return {
    id,
    object: "balance_transaction",
    type,
    source,
    created: 1_795_000_000,
    ...sums,
    available_on: 1_795_172_800,
    reporting_category: type,
    description: "A text",
  };
}

const PLAIN = {
  kind: "other",
  payment_id: null,
  charge_id: null,
  fee_id: null,
  transfer_id: null,
  our_id: null,
  mark: null,
  source_amount: null,
  source_currency: null,
  amount: 1_100,
  fee: 62,
  net: 1_038,
  currency: "eur",
  occurred_at: 1_795_000_000,
  available_on: 1_795_172_800,
};
const OF_999 = { ...PLAIN, source_amount: 999, source_currency: "usd" };

const listOf = (data: unknown[], has_more = false) =>
  Response.json({ object: "list", data, has_more, url: "/v1/balance_transactions" });

const CASES = [{
  name: "a charge of ours names its payment and our order",
  type: "charge",
  source: {
    ...MONEY,
    id: "ch_1",
    object: "charge",
    payment_intent: "pi_1",
    metadata: { order_id: ORDER_ID, farthing: MARK },
  },
  expected: {
    ...OF_999,
    kind: "charge",
    payment_id: "pi_1",
    charge_id: "ch_1",
    our_id: ORDER_ID,
    mark: MARK,
  },
}, {
  name: "a charge of a booking names our booking",
  type: "charge",
  source: {
    ...MONEY,
    id: "ch_2",
    object: "charge",
    payment_intent: "pi_2",
    metadata: { booking_id: ORDER_ID },
  },
  expected: { ...OF_999, kind: "charge", payment_id: "pi_2", charge_id: "ch_2", our_id: ORDER_ID },
}, {
  name: "a bank debit of another shop is a charge without a mark of ours",
  type: "payment",
  source: { ...MONEY, id: "py_1", object: "charge", payment_intent: null, metadata: {} },
  expected: { ...OF_999, kind: "charge", charge_id: "py_1" },
}, {
  name: "a returned bank debit is not a second charge",
  type: "payment_failure_refund",
  source: { ...MONEY, id: "py_1", object: "charge", payment_intent: "pi_1", metadata: {} },
  expected: { ...PLAIN, charge_id: "py_1" },
}, {
  name: "a refund that failed names the refund and its payment",
  type: "refund_failure",
  source: {
    ...MONEY,
    id: "re_1",
    object: "refund",
    payment_intent: "pi_1",
    metadata: { refund_id: REFUND_ID, order_id: ORDER_ID, farthing: MARK },
  },
  expected: { ...OF_999, kind: "refund", payment_id: "pi_1", our_id: REFUND_ID, mark: MARK },
}, {
  name: "a dispute names its payment",
  type: "adjustment",
  source: { ...MONEY, id: "du_1", object: "dispute", payment_intent: "pi_1" },
  expected: { ...OF_999, kind: "dispute", payment_id: "pi_1" },
}, {
  name: "a fee names our own charge and not the provider's",
  type: "application_fee",
  source: {
    ...MONEY,
    id: "fee_1",
    object: "application_fee",
    charge: "py_9",
    originating_transaction: "ch_1",
  },
  expected: { ...OF_999, kind: "fee", charge_id: "ch_1", fee_id: "fee_1" },
}, {
  name: "a refunded fee names the fee",
  type: "application_fee_refund",
  source: { ...MONEY, id: "fr_1", object: "fee_refund", fee: "fee_1" },
  expected: { ...OF_999, kind: "fee_refund", fee_id: "fee_1" },
}, {
  name: "the payout's own transaction has its own kind",
  type: "payout",
  source: { ...MONEY, id: "po_1", object: "payout" },
  expected: { ...PLAIN, kind: "payout" },
}, {
  name: "a payout that came back is part of the sum",
  type: "payout_failure",
  source: { ...MONEY, id: "po_0", object: "payout" },
  expected: PLAIN,
}, {
  name: "a transfer names the charge that pays it",
  type: "transfer",
  source: { ...MONEY, id: "tr_1", object: "transfer", source_transaction: "ch_1" },
  expected: { ...PLAIN, kind: "transfer", charge_id: "ch_1" },
}, {
  name: "a reversal names its transfer",
  type: "transfer_refund",
  source: { ...MONEY, id: "trr_1", object: "transfer_reversal", transfer: "tr_1" },
  expected: { ...PLAIN, kind: "transfer_reversal", transfer_id: "tr_1" },
}, {
  name: "an unknown source is part of the sum and of nothing else",
  type: "topup",
  source: { ...MONEY, id: "tu_1", object: "topup" },
  expected: PLAIN,
}];

/**
 * The description of a charge or a refund may name a customer, so the list must leave out the
 * description.
 */
function aboutText(type: string, of: string) {
  const description = ["charge", "refund"].includes(of) ? null : "A text";
  return { reporting_category: type, description };
}

for (const { name, type, source, expected } of CASES) {
  Deno.test(name, async () => {
    await withStripe(() => listOf([transaction("txn_1", type, source)]), async (url) => {
      const page = await paymentsAt(url).listPayout("po_1", null);
      const about = aboutText(type, source.object);
      const known = { transaction_id: "txn_1", type, source_id: source.id, ...about };
      assert.deepEqual(page, { transactions: [{ ...expected, ...known }], after: null });
    });
  });
}

Deno.test("a transaction without a source, such as Stripe's own fees, is part of the sum", async () => {
  await withStripe(() => listOf([transaction("txn_1", "stripe_fee", null)]), async (url) => {
    const page = await paymentsAt(url).listPayout("po_1", null);
    const about = aboutText("stripe_fee", "other");
    const known = { transaction_id: "txn_1", type: "stripe_fee", source_id: null, ...about };
    const expected = { ...PLAIN, ...known };
    assert.deepEqual(page?.transactions, [expected]);
  });
});

Deno.test("a list is read page by page, after the last known transaction", async () => {
  const answer = () => listOf([transaction("txn_8", "stripe_fee", null)], true);
  await withStripe(answer, async (url, seen) => {
    const { listPayout } = paymentsAt(url);
    assert.equal((await listPayout("po_1", "txn_7"))?.after, "txn_8");
    assert.equal((await listPayout("po_1", null))?.after, "txn_8");
    const asked = { payout: "po_1", limit: "100", "expand[0]": "data.source" };
    assert.deepEqual(seen.map(({ path, form }) => [path, form]), [
      ["/v1/balance_transactions", { ...asked, starting_after: "txn_7" }],
      ["/v1/balance_transactions", asked],
    ]);
  });
});

Deno.test("the list of a period is read page by page, too", async () => {
  const answer = () => listOf([transaction("txn_8", "stripe_fee", null)], true);
  await withStripe(answer, async (url, seen) => {
    const { listBalance } = paymentsAt(url);
    assert.equal((await listBalance({ since: 10, until: 20 }, "txn_9")).after, "txn_8");
    const asked = { limit: "100", "expand[0]": "data.source" };
    const period = { "created[gte]": "10", "created[lte]": "20" };
    assert.deepEqual(seen.map(({ path, form }) => [path, form]), [
      ["/v1/balance_transactions", { ...asked, ...period, starting_after: "txn_9" }],
    ]);
  });
});

Deno.test("a payout that Stripe cannot list yet has no page", async () => {
  const error = { type: "invalid_request_error", code: "payout_reconciliation_not_ready" };
  await withStripe(() => stripeError(400, error), async (url) => {
    assert.equal(await paymentsAt(url).listPayout("po_1", null), null);
  });
});

const BROKEN: [string, () => Response][] = [
  [
    "a refusal",
    () => stripeError(404, { type: "invalid_request_error", code: "resource_missing" }),
  ],
  ["an answer that is no list", () => Response.json({ object: "balance" })],
  ["a page with nothing on it and more behind it", () => listOf([], true)],
  [
    "a page that does not say whether there is more",
    () => Response.json({ object: "list", data: [] }),
  ],
  ["a page without the refunds", () => listOf([transaction("txn_1", "refund", "re_1")])],
  ["a page without the payments", () => listOf([transaction("txn_1", "charge", "ch_1")])],
];

for (const [name, answer] of BROKEN) {
  Deno.test(`${name} is not an empty list`, async () => {
    await withStripe(answer, async (url) => {
      const error = await refusalOf(paymentsAt(url).listPayout("po_1", null));
      assert.deepEqual([error.code, error.status], ["upstream_unavailable", 502]);
    });
  });
}
