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

Deno.test("a transfer without a charge, or of another amount, is refused", async () => {
  await withStripe(() => Response.json({ ...MADE, amount: 1000 }), async (url, seen) => {
    await assert.rejects(paymentsAt(url).makeTransfer({ ...MOVE, charge_id: null }));
    assert.equal(seen.length, 0);
    await assert.rejects(paymentsAt(url).makeTransfer(MOVE));
  });
});
