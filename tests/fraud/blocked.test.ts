/** A blocked user, address or card can't buy, and the refusal gives no reason. All other callers can buy. */
import { deepEqual, doesNotMatch, equal } from "node:assert/strict";
import { z } from "zod";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { Checkout } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { Block } from "../../supabase/functions/_shared/contracts/fraud.ts";
import { newAddress } from "./addresses.ts";
import { askBooking, newSeller } from "../support/money/bookings.ts";
import { withDeliveries, withPolicy, withSql } from "../support/project/database.ts";
import { block, decisionsOf, policyOf } from "./decisions.ts";
import { type Answer, backEnd, data, get, post, refused, remove } from "../support/project/http.ts";
import { type Person, signUp, signUpOperator } from "../support/project/people.ts";
import { openCheckout, orderBecomes, packageNamed } from "../support/money/purchases.ts";
import { stripeOf } from "../support/money/stripe.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
// No other file uses BLOCKED_CARD, because a block of a card applies to all users.
const BLOCKED_CARD = "6200000000000005";
const DECLINED_CARD = "4000000000000002";

async function click(buyer: Person, name = "Starter", key = crypto.randomUUID()): Promise<Answer> {
  const { id } = await packageNamed(world, name);
  return await post(world, "checkout", buyer.as, { package_id: id }, { key });
}

function forbidden(answer: Answer): void {
  const { message, retryable, details } = refused(answer, 403, "forbidden");
  deepEqual([retryable, details], [false, undefined]);
  doesNotMatch(message, /block|fraud|card|address/i);
  equal(answer.headers.get("retry-after"), null);
}

/** Returns the reasons of the newest decision about a person. */
async function reasonsOf(person: Person): Promise<string[] | undefined> {
  return (await decisionsOf(world, person))[0]?.reasons;
}

async function cardsSeen(person: Person, count: number): Promise<void> {
  await until(`${count} uses of cards`, () =>
    withSql(world, async (sql) => {
      const uses =
        await sql`select from farthing.card_uses join farthing.accounts a using (account_id)
        where a.owner_id = ${person.id}`;
      return uses.length >= count || undefined;
    }));
}

Deno.test("a blocked user buys nothing until the block is lifted, with the same key, too", async () => {
  const [buyer, other] = [await signUp(world), await signUp(world)];
  const { id } = await block(world, { kind: "user", value: buyer.id });
  const key = crypto.randomUUID();
  forbidden(await click(buyer, "Starter", key));
  equal((await click(other)).status, 201);
  deepEqual(await reasonsOf(buyer), ["blocked_user", "no_ip"]);
  const lifted = await remove(world, `fraud/blocked/${id}`, backEnd(world));
  equal(data(lifted, 200, Block).value, buyer.id);
  refused(await remove(world, `fraud/blocked/${id}`, backEnd(world)), 404, "not_found", "id");
  data(await click(buyer, "Starter", key), 201, Checkout);
});

Deno.test("a blocked user can't book a provider either", async () => {
  const [seller, buyer] = [await newSeller(world), await signUp(world)];
  const body = { provider_id: seller.providerId, amount: 1000, currency: "usd" };
  const { id } = await block(world, { kind: "user", value: buyer.id });
  forbidden(await askBooking(world, buyer, body));
  const [decision] = await decisionsOf(world, buyer);
  deepEqual([decision?.action, decision?.outcome], ["booking", "refuse"]);
  await remove(world, `fraud/blocked/${id}`, backEnd(world));
  equal((await askBooking(world, buyer, body)).status, 201);
});

Deno.test("a user who is blocked later does not get their open checkout again", async () => {
  const buyer = await signUp(world);
  await openCheckout(world, buyer);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await block(world, { kind: "user", value: buyer.id, until });
  forbidden(await click(buyer));
});

Deno.test("a blocked address buys nothing, by the address or by its hash in a decision", async () => {
  using address = newAddress(world);
  using elsewhere = newAddress(world);
  const buyer = await signUp(world);
  equal((await address.checkout(buyer)).status, 201);
  const [decision] = await decisionsOf(world, buyer, "&outcome=allow");
  const byHash = await block(world, { kind: "ip", value: decision!.ip_hash! });
  const byAddress = await block(world, { kind: "ip", value: address.ip });
  deepEqual([byAddress.id, byAddress.value], [byHash.id, decision!.ip_hash]);
  const other = await signUp(world);
  forbidden(await address.checkout(other));
  forbidden(await address.checkout(other, "Starter", { "x-forwarded-for": "203.0.113.7" }));
  equal((await elsewhere.checkout(other)).status, 201);
});

Deno.test("a user who paid with a blocked card buys nothing more", async () => {
  const [buyer, other] = [await signUp(world), await signUp(world)];
  const checkout = await openCheckout(world, buyer);
  await withDeliveries(world, "shared", async () => {
    equal((await payCheckout(checkout.checkout_url, BLOCKED_CARD)).result, "paid");
    await orderBecomes(world, buyer, checkout.order_id, "paid");
    await cardsSeen(buyer, 1);
  });
  const { payment_intent } = await stripeOf(world).checkout.sessions.retrieve(
    checkout.checkout_session_id,
  );
  const { data: [charge] } = await stripeOf(world).charges.list({
    payment_intent: String(payment_intent),
  });
  const fingerprint = charge?.payment_method_details?.card?.fingerprint;
  const { id } = await block(world, { kind: "card", value: fingerprint! });
  forbidden(await click(buyer));
  deepEqual(await reasonsOf(buyer), ["blocked_card", "no_ip"]);
  equal((await click(other)).status, 201);
  await remove(world, `fraud/blocked/${id}`, backEnd(world));
  equal((await click(buyer)).status, 201);
});

Deno.test("a user with too many declined cards buys and books nothing for an hour", async () => {
  const buyer = await signUp(world);
  const checkout = await openCheckout(world, buyer);
  const { failed_cards_per_user_hour: most } = await policyOf(world);
  await withDeliveries(world, "shared", async () => {
    for (let attempt = 1; attempt <= most; attempt++) {
      equal((await payCheckout(checkout.checkout_url, DECLINED_CARD)).result, "refused");
    }
    await cardsSeen(buyer, most);
  });
  const answer = await click(buyer, "Plus");
  refused(answer, 429, "velocity_exceeded");
  const seconds = Number(answer.headers.get("retry-after"));
  equal(seconds > 3_500 && seconds <= 3_600, true, String(seconds));
  deepEqual(await reasonsOf(buyer), ["failed_cards", "no_ip"]);

  // Checkouts and bookings share one limit of declined cards.
  const { providerId: provider_id } = await newSeller(world);
  const booking = await askBooking(world, buyer, { provider_id, amount: 2500, currency: "usd" });
  const { details } = refused(booking, 429, "velocity_exceeded");
  deepEqual(details, { limit: "buyer" });
  equal(Number(booking.headers.get("retry-after")) <= seconds, true);
  deepEqual(await reasonsOf(buyer), ["failed_cards", "no_ip"]);
});

Deno.test("operators see decisions and blocks, and users see none, not even their own", async () => {
  const [operator, buyer] = [await signUpOperator(world), await signUp(world)];
  const checkout = await openCheckout(world, buyer);
  const [decision] = await decisionsOf(world, buyer);
  equal(decision?.order_id, checkout.order_id);
  const { id } = await block(world, { kind: "user", value: buyer.id });
  const listed = data(await get(world, "fraud/blocked", operator.as), 200, z.array(Block));
  equal(listed.find((each) => each.id === id)?.blocked_by, "key:default");
  for (const path of ["fraud/decisions", `fraud/decisions?user_id=${buyer.id}`, "fraud/blocked"]) {
    equal((await get(world, path, operator.as)).status, 200);
    refused(await get(world, path, buyer.as), 403, "forbidden");
  }
  for (const table of ["fraud_decisions", "blocks", "card_uses", "policy"]) {
    const { data: rows, error } = await buyer.dataApi.from(table).select();
    deepEqual([rows, error === null], [null, false], table);
  }
});

Deno.test("an operator changes a limit, and the policy names the operator", async () => {
  const operator = await signUpOperator(world);
  const { users_per_card_day: before } = await policyOf(world);
  const change = (users_per_card_day: number) =>
    post(world, "fraud/policy", operator.as, { users_per_card_day });
  await withPolicy(world, "exclusive", async () => {
    equal((await change(before + 1)).status, 200);
    try {
      const changed = await policyOf(world);
      deepEqual([changed.users_per_card_day, changed.updated_by], [
        before + 1,
        `operator:${operator.id}`,
      ]);
    } finally {
      equal((await change(before)).status, 200);
    }
  });
});
