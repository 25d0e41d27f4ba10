/** Tests promotion codes in checkout sessions. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type Stripe from "stripe";
import { payCheckout } from "../browser.ts";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { amountsOf, buy, IN_GERMANY, makeCode, priced, refusedFor } from "./business-harness.ts";
import { openSession } from "./harness.ts";

Deno.test("a promotion code lowers the price before the tax, in whatever case it is written", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await makeCode(stripe, { percent_off: 12.5 }, "Spring-26");
  const params = { ...priced("exclusive"), allow_promotion_codes: true };
  const details = { ...IN_GERMANY, promotion_code: "sPRING-26" };
  const session = await buy(stripe, params, details);
  deepEqual(amountsOf(session), [999, 125, 166, 1_040]);
  const [code] = (await stripe.promotionCodes.list({ code: "SPRING-26" })).data;
  deepEqual(session.discounts, [{ coupon: null, promotion_code: code?.id }]);
  equal(code?.times_redeemed, 1);
  equal((await stripe.coupons.retrieve(String(code?.promotion.coupon))).times_redeemed, 1);
});

Deno.test("a discount over several items adds up to the whole discount", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await makeCode(stripe, { amount_off: 100, currency: "usd" }, "LESS");
  const item = (unit_amount: number) => ({
    quantity: 1,
    price_data: { currency: "usd", unit_amount, product_data: { name: `${unit_amount}` } },
  });
  const line_items = [item(333), item(333), item(334)];
  const session = await buy(stripe, { line_items, allow_promotion_codes: true }, {
    promotion_code: "LESS",
  });
  deepEqual(amountsOf(session), [1_000, 100, 0, 900]);
  const { data } = await stripe.checkout.sessions.listLineItems(session.id);
  deepEqual(data.map(({ amount_discount }) => amount_discount), [33, 33, 34]);
});

Deno.test("a code for the whole price needs no payment", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await makeCode(stripe, { percent_off: 100 }, "FREE");
  const session = await buy(stripe, { allow_promotion_codes: true }, { promotion_code: "FREE" });
  deepEqual(amountsOf(session), [999, 999, 0, 0]);
  deepEqual([session.payment_status, session.payment_intent], ["no_payment_required", null]);
});

Deno.test("a code that is entered after a declined card lowers the payment", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await makeCode(stripe, { percent_off: 50 }, "HALF");
  const { id, url } = await openSession(stripe, { allow_promotion_codes: true });
  equal((await payCheckout(url ?? "", "4000000000000002")).result, "refused");
  const details = { promotion_code: "HALF" };
  equal((await payCheckout(url ?? "", "4242424242424242", { details })).result, "paid");
  const { payment_intent } = await stripe.checkout.sessions.retrieve(id);
  equal((await stripe.paymentIntents.retrieve(String(payment_intent))).amount_received, 499);
});

Deno.test("an invalid promotion code changes nothing", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, clock } = emulator;
  const soon = Math.floor(clock.now.getTime() / 1000) + 60;
  await makeCode(stripe, { amount_off: 100, currency: "eur" }, "EUROS");
  await makeCode(stripe, { percent_off: 10, redeem_by: soon }, "LATE");
  await makeCode(stripe, { percent_off: 99 }, "TOO-SMALL");
  await makeCode(stripe, { percent_off: 10, max_redemptions: 1 }, "ONCE");
  const off = await makeCode(stripe, { percent_off: 10 }, "OFF");
  await stripe.promotionCodes.update(off.id, { active: false });
  const { id } = await stripe.coupons.create({ percent_off: 10 });
  const promotion = { type: "coupon" as const, coupon: id };
  const restricted = (code: string, restrictions: Stripe.PromotionCodeCreateParams.Restrictions) =>
    stripe.promotionCodes.create({ promotion, code, restrictions });
  await restricted("BIG", { minimum_amount: 1_000, minimum_amount_currency: "usd" });
  await restricted("FIRST", { first_time_transaction: true });
  const params = { allow_promotion_codes: true };
  await buy(stripe, params, { promotion_code: "ONCE" });
  clock.now = new Date(clock.now.getTime() + 61_000);
  const session = await openSession(stripe, params);
  for (const code of ["EUROS", "LATE", "ONCE", "OFF", "BIG", "FIRST", "NO-SUCH", "TOO-SMALL"]) {
    const details = { promotion_code: code };
    const answer = await payCheckout(session.url ?? "", undefined, { details });
    equal(answer.status, 402, code);
    match(answer.message ?? "", code === "TOO-SMALL" ? /at least \$0\.50/ : /code is invalid/);
  }
  const after = await stripe.checkout.sessions.retrieve(session.id);
  deepEqual([amountsOf(after), after.status], [[999, 0, 0, 999], "open"]);
});

Deno.test("a code can be removed again, and is ignored where codes are not allowed", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await makeCode(stripe, { percent_off: 10 }, "TEN");
  const { id, url } = await openSession(stripe, { allow_promotion_codes: true });
  for (const [promotion_code, total] of [["TEN", 899], ["", 999]] as const) {
    const body = new URLSearchParams({ promotion_code, update: "true" });
    const answer = await fetch(url ?? "", { method: "POST", body });
    equal(answer.status, 200);
    await answer.body?.cancel();
    equal((await stripe.checkout.sessions.retrieve(id)).amount_total, total);
  }
  const closed = await buy(stripe, {}, { promotion_code: "TEN" });
  deepEqual(amountsOf(closed), [999, 0, 0, 999]);
});

Deno.test("coupons and promotion codes refuse what Stripe refuses", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await rejects(stripe.coupons.create({}), refusedFor(undefined, "percent_off"));
  await rejects(stripe.coupons.create({ percent_off: 101 }), refusedFor(undefined, "percent_off"));
  await rejects(stripe.coupons.create({ amount_off: 1 }), refusedFor(undefined, "currency"));
  const { id } = await stripe.coupons.create({ percent_off: 10, id: "TEN" });
  const promotion = { type: "coupon" as const, coupon: id };
  await stripe.promotionCodes.create({ promotion, code: "A-1" });
  await rejects(
    stripe.promotionCodes.create({ promotion, code: "a-1" }),
    refusedFor(undefined, "code"),
  );
  await rejects(
    stripe.promotionCodes.create({ promotion, code: "a 1" }),
    refusedFor(undefined, "code"),
  );
  await stripe.coupons.del(id);
  await rejects(
    stripe.promotionCodes.create({ promotion, code: "B" }),
    refusedFor(undefined, "promotion[coupon]"),
  );
});
