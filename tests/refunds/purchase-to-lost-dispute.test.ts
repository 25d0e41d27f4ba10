/**
 * A purchase from its payment to a lost dispute, over HTTP and Stripe's pages. The user spends some of the
 * credits, a part of the payment is refunded, and the rest is disputed and lost. The next purchase pays the
 * debt first.
 */
import { deepEqual, equal } from "node:assert/strict";
import { Debit } from "../../supabase/functions/_shared/contracts/credits.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { backEnd, data, post, refused } from "../support/project/http.ts";
import { balanceOf, buy, orderBecomes } from "../support/money/purchases.ts";
import { newPurchase, refund, standing } from "../support/money/refunds.ts";
import { control } from "../support/money/stripe.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

async function spend(userId: string, amount: string) {
  const body = { user_id: userId, amount, reason: "a picture" };
  return await post(world, "credits/debits", backEnd(world), body);
}

Deno.test("a purchase is spent, refunded, disputed and lost; the next one pays the debt first", async () => {
  const purchase = await newPurchase(world);
  const { buyer, orderId, paymentId } = purchase;
  data(await spend(buyer.id, "4000"), 201, Debit);

  const given = await refund(world, orderId, 300);
  deepEqual([given.credits_taken_back, given.debt_added], ["3000", "0"]);
  equal(
    await standing(world, purchase),
    "partially_refunded: balance 2990, available 2990, debt 0",
  );

  await withDeliveries(world, "shared", async () => {
    const { id } = await control(world, "POST", `payments/${paymentId}/dispute`);
    await orderBecomes(world, buyer, orderId, "disputed");
    // The refund clawed back 3,000 of the 9,990 credits, and the dispute 6,990. The 4,000 credits
    // that the user had spent become debt.
    equal(await standing(world, purchase), "disputed: balance -4000, available 0, debt 4000");
    const { details } = refused(await spend(buyer.id, "1"), 402, "insufficient_credits");
    equal(details?.available, "0");
    await control(world, "POST", `disputes/${id}/settle`, { outcome: "lost" });
  });
  // The bank withdrew the money when the dispute was opened, so the loss changes nothing.
  equal(await standing(world, purchase), "disputed: balance -4000, available 0, debt 4000");
  refused(await spend(buyer.id, "1"), 402, "insufficient_credits");

  const again = await buy(world, buyer);
  const { balance, available, debt, lots } = await balanceOf(world, buyer.id);
  deepEqual([balance, available, debt], ["5990", "5990", "0"]);
  deepEqual(lots?.map(({ remaining }) => remaining), ["5990"]);
  equal(again.status, "paid");
  data(await spend(buyer.id, "5990"), 201, Debit);
  await proven(world);
});
