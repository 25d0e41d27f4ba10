import assert from "node:assert/strict";
import type { TransferToMake } from "../../contracts/database/results/bookings.ts";
import { paymentsAt, withStripe } from "#support/fakes/stripe-server.ts";

const MOVE: TransferToMake = {
  move_id: "m-1",
  kind: "transfer",
  booking_id: "b-1",
  amount: 970,
  currency: "usd",
  charge_id: "ch_1",
  stripe_account_id: "acct_1",
  transfer_id: null,
};

const MADE = { object: "transfer", id: "tr_1", amount: 970, currency: "usd" };

Deno.test("a delayed share is transferred from its charge, under a key of its own", async () => {
  await withStripe(() => Response.json(MADE), async (url, seen) => {
    assert.equal(await paymentsAt(url).makeTransfer(MOVE), "tr_1");
    assert.deepEqual(seen, [{
      path: "/v1/transfers",
      idempotencyKey: "transfer-m-1",
      form: {
        amount: "970",
        currency: "usd",
        destination: "acct_1",
        source_transaction: "ch_1",
        transfer_group: "booking-b-1",
        "metadata[move_id]": "m-1",
        "metadata[booking_id]": "b-1",
      },
    }]);
  });
});

Deno.test("a restored share is paid from the balance: the charge is spent", async () => {
  await withStripe(() => Response.json(MADE), async (url, seen) => {
    await paymentsAt(url).makeTransfer({ ...MOVE, kind: "restoration" });
    assert.equal("source_transaction" in seen[0]!.form, false);
  });
});

const REVERSAL: TransferToMake = { ...MOVE, kind: "reversal" };

function answerOf(path: string, transfer: string | null): Response {
  return path === "/v1/charges/ch_1"
    ? Response.json({ object: "charge", id: "ch_1", transfer })
    : Response.json({ object: "transfer_reversal", id: "trr_1", amount: 970, currency: "usd" });
}

Deno.test("a share that went out with the charge is reversed on the charge's transfer", async () => {
  await withStripe(({ path }) => answerOf(path, "tr_2"), async (url, seen) => {
    assert.equal(await paymentsAt(url).makeTransfer(REVERSAL), "trr_1");
    assert.deepEqual(seen.map(({ path }) => path), [
      "/v1/charges/ch_1",
      "/v1/transfers/tr_2/reversals",
    ]);
  });
});

Deno.test("if the charge has no transfer, or is unknown, nothing is reversed", async () => {
  await withStripe(({ path }) => answerOf(path, null), async (url, seen) => {
    await assert.rejects(paymentsAt(url).makeTransfer(REVERSAL));
    await assert.rejects(paymentsAt(url).makeTransfer({ ...REVERSAL, charge_id: null }));
    assert.deepEqual(seen.map(({ path }) => path), ["/v1/charges/ch_1"]);
  });
});

Deno.test("a transfer without a charge, or of another amount, is refused", async () => {
  await withStripe(() => Response.json({ ...MADE, amount: 1000 }), async (url, seen) => {
    await assert.rejects(paymentsAt(url).makeTransfer({ ...MOVE, charge_id: null }));
    assert.equal(seen.length, 0);
    await assert.rejects(paymentsAt(url).makeTransfer(MOVE));
  });
});
