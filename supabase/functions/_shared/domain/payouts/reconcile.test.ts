import assert from "node:assert/strict";
import type { PayoutRecorded } from "../../contracts/database/results/payouts.ts";
import { ApiError } from "../../core/errors.ts";
import { StripeRefused } from "../../adapters/stripe/error-classes.ts";
import type { BalancePage } from "../../adapters/stripe/balance-lists.ts";
import { type Fake, makeFake } from "#support/fakes/services.ts";
import { BALANCE_TRANSACTION, PAYOUT_TO_LIST } from "#support/samples/payouts.ts";
import { reconcilePayouts } from "./reconcile.ts";

const UNTIL_MS = Date.parse("2026-11-21T12:01:00Z");

/** Stubs a database that returns each of these payouts once. */
function due(...ids: string[]) {
  return {
    payouts_claim: () => {
      const payout_id = ids.shift();
      return payout_id === undefined ? null : { ...PAYOUT_TO_LIST, payout_id };
    },
  };
}

function page(transaction_id: string, after: string | null): BalancePage {
  return { transactions: [{ ...BALANCE_TRANSACTION, transaction_id }], after };
}

function recorded(fake: Fake) {
  return fake.calls.filter(({ name }) => name === "payouts_record")
    .map(({ args }) => [args.p_payout_id, args.p_after]);
}

Deno.test("each due payout is listed to its end, page by page", async () => {
  const asked: (string | null)[] = [];
  const listPayout = (_id: string, after: string | null) => {
    asked.push(after);
    return Promise.resolve(after === null ? page("txn_1", "txn_1") : page("txn_2", null));
  };
  const fake = await makeFake({ answers: due("po_1", "po_2"), payments: { listPayout } });
  const done = await reconcilePayouts(fake.services, UNTIL_MS);
  assert.deepEqual(done, { reconciled: 2, failed: 0 });
  assert.deepEqual(asked, [null, "txn_1", null, "txn_1"]);
  const pages = [["po_1", "txn_1"], ["po_1", undefined], ["po_2", "txn_1"], ["po_2", undefined]];
  assert.deepEqual(recorded(fake), pages);
});

Deno.test("an unfinished list continues after its last recorded page", async () => {
  const asked: (string | null)[] = [];
  const listPayout = (_id: string, after: string | null) => {
    asked.push(after);
    return Promise.resolve(page("txn_9", null));
  };
  let isGiven = false;
  const payouts_claim = () => {
    if (isGiven) return null;
    isGiven = true;
    return { ...PAYOUT_TO_LIST, after: "txn_8" };
  };
  const fake = await makeFake({ answers: { payouts_claim }, payments: { listPayout } });
  await reconcilePayouts(fake.services, UNTIL_MS);
  assert.deepEqual(asked, ["txn_8"]);
});

Deno.test("a mismatch is logged by the payout's id and is not a failure", async () => {
  const answers = {
    ...due("po_1"),
    payouts_record: (): PayoutRecorded => ({ listed: true, mismatches: 3 }),
  };
  const fake = await makeFake({ answers });
  const done = await reconcilePayouts(fake.services, UNTIL_MS);
  assert.deepEqual(done, { reconciled: 1, failed: 0 });
  const { level, record } = fake.lines.find(({ message }) => message === "payout reconciled")!;
  assert.deepEqual([level, record], ["warn", { payout_id: "po_1", mismatches: 3 }]);
});

Deno.test("a payout that Stripe cannot list yet does not delay the others", async () => {
  const listPayout = (id: string) => Promise.resolve(id === "po_1" ? null : page("txn_1", null));
  const fake = await makeFake({ answers: due("po_1", "po_2"), payments: { listPayout } });
  const done = await reconcilePayouts(fake.services, UNTIL_MS);
  assert.deepEqual(done, { reconciled: 1, failed: 0 });
  assert.deepEqual(recorded(fake), [["po_2", undefined]]);
});

Deno.test("while Stripe is unavailable no second payout is attempted", async () => {
  const listPayout = () => Promise.reject(new ApiError("upstream_unavailable"));
  const fake = await makeFake({ answers: due("po_1", "po_2"), payments: { listPayout } });
  const done = await reconcilePayouts(fake.services, UNTIL_MS);
  assert.deepEqual(done, { reconciled: 0, failed: 1 });
  assert.equal(fake.names().filter((name) => name === "payouts_claim").length, 1);
});

Deno.test("a payout that Stripe does not know counts as failed, and the next one is compared", async () => {
  const unknown = new StripeRefused({
    internal: "stripe: resource_missing",
    cause: undefined,
    stripeCode: "resource_missing",
    declineCode: null,
    param: "payout",
    payment: null,
  });
  const listPayout = (id: string) =>
    id === "po_1" ? Promise.reject(unknown) : Promise.resolve(page("txn_1", null));
  const fake = await makeFake({ answers: due("po_1", "po_2"), payments: { listPayout } });
  const done = await reconcilePayouts(fake.services, UNTIL_MS);
  assert.deepEqual(done, { reconciled: 1, failed: 1 });
  const { level, record } = fake.lines.find(({ message }) => message === "payout not listed")!;
  const detail = "stripe: resource_missing";
  assert.deepEqual([level, record], ["warn", { payout_id: "po_1", detail }]);
});

Deno.test("a run stops listing a payout that another runner has claimed", async () => {
  const answers = { ...due("po_1"), payouts_record: (): PayoutRecorded => ({ taken: true }) };
  const listPayout = () => Promise.resolve(page("txn_1", "txn_1"));
  const fake = await makeFake({ answers, payments: { listPayout } });
  const done = await reconcilePayouts(fake.services, UNTIL_MS);
  assert.deepEqual(done, { reconciled: 0, failed: 0 });
  assert.equal(recorded(fake).length, 1);
});

Deno.test("a list that is too long for one run stops, and its recorded pages stay", async () => {
  // Each read of the clock advances it by 10 s.
  let ms = UNTIL_MS - 60_000;
  const now = () => new Date(ms += 10_000);
  const listPayout = () => Promise.resolve(page("txn_1", "txn_1"));
  const fake = await makeFake({ answers: due("po_1", "po_2"), payments: { listPayout }, now });
  const done = await reconcilePayouts(fake.services, UNTIL_MS);
  assert.deepEqual(done, { reconciled: 0, failed: 0 });
  assert.deepEqual(recorded(fake), Array(4).fill(["po_1", "txn_1"]));
});
