/** Payouts as Stripe's events report them: every outcome, with the events in every order. */
import { equal } from "node:assert/strict";
import { proven, withDeliveries, withPayouts } from "../support/project/database.ts";
import { isLate, payOut, payOutAlone, payoutBecomes } from "../support/money/payouts.ts";
import { newPurchase } from "../support/money/refunds.ts";
import { control } from "../support/money/stripe.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const NET = 999 - 59;

async function newPayout(made: { deliver?: boolean; arrives_in_days?: number } = {}) {
  const { paymentId } = await newPurchase(world);
  return await payOut(world, [paymentId], made);
}

/**
 * Makes payouts until one of them replaces `returned`, a payout that the bank has returned. Only a
 * payout that Stripe makes in a later second replaces the returned payout.
 */
function nextBrings(returned: { id: string; amount: number }) {
  return until(`payout ${returned.id} is replaced`, async () => {
    await payoutBecomes(world, await newPayout(), `${NET} paid completed`);
    return !await isLate(world, returned) || undefined;
  });
}

function settle({ id }: { id: string }, outcome: object) {
  return control(world, "POST", `payouts/${id}/settle`, outcome);
}

Deno.test("a payout that is paid in time is stored and not late", async () => {
  const payout = await newPayout();
  await payoutBecomes(world, payout, `${NET} paid completed`);
  equal(await isLate(world, payout), false);
  await proven(world);
});

Deno.test("a payout that does not arrive is late until it is paid", async () => {
  const payout = await newPayout({ deliver: false, arrives_in_days: -3 });
  await payoutBecomes(world, payout, `${NET} pending in_progress`);
  equal(await isLate(world, payout), true);
  await settle(payout, { outcome: "paid" });
  await payoutBecomes(world, payout, `${NET} paid completed`);
  equal(await isLate(world, payout), false);
  await proven(world);
});

Deno.test("a payout that the bank returns is late until the next one of its currency is paid", async () => {
  const { paymentId } = await newPurchase(world);
  const payout = await withPayouts(world, "exclusive", async () => {
    const returned = await payOutAlone(world, [paymentId]);
    await settle(returned, { outcome: "failed", failure_code: "account_closed" });
    await payoutBecomes(world, returned, `${NET} failed completed account_closed`);
    equal(await isLate(world, returned), true);
    return returned;
  });
  await nextBrings(payout);
  await proven(world);
});

Deno.test("a payout reported in reverse order and three times has its latest state", async () => {
  const { paymentId } = await newPurchase(world);
  const payout = await withPayouts(
    world,
    "shared",
    () =>
      withDeliveries(world, "exclusive", async () => {
        await control(world, "POST", "deliveries/hold", { types: ["payout.*"] });
        const made = await payOutAlone(world, [paymentId]);
        await settle(made, { outcome: "failed" });
        await control(world, "POST", "deliveries/release", { order: "reverse", copies: 3 });
        return made;
      }),
  );
  await payoutBecomes(world, payout, `${NET} failed completed could_not_process`);
  await nextBrings(payout);
  await proven(world);
});
