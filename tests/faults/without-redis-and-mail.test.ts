/** Payments need neither Redis nor mail: credits are bought, granted and refunded without both. */
import { equal } from "node:assert/strict";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { Checkout } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { Debit } from "../../supabase/functions/_shared/contracts/credits.ts";
import { Refund } from "../../supabase/functions/_shared/contracts/refunds.ts";
import { countEntries, proven } from "../support/project/database.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { CLOSED_URL } from "../support/processes/faulty-proxy.ts";
import { backEnd, data, get, post, send } from "../support/project/http.ts";
import { withoutMail } from "../support/work/notifications.ts";
import { signUp } from "../support/project/people.ts";
import { balanceOf, orderBecomes, packageNamed } from "../support/money/purchases.ts";
import { deliver, inSilence } from "../support/money/stripe.ts";
import { until } from "../support/project/until.ts";
import { readWorld, type World } from "../support/project/world.ts";

const world = readWorld();

/** Returns an environment in which no server listens at the addresses of Redis and mail. */
function without(): Record<string, string> {
  const url = CLOSED_URL;
  return {
    UPSTASH_REDIS_REST_URL: url,
    UPSTASH_REDIS_REST_TOKEN: "nobody",
    MAIL_URL: url,
    MAIL_FROM: "credits@example.com",
    POSTMARK_SERVER_TOKEN: "nobody",
    RESEND_API_KEY: "",
    DATABASE_POOL_URL: world.databaseUrl,
  };
}

/** A new user buys credits, spends some of them, and gets a refund. All requests go to this deployment. */
async function buyAndBeRefunded(cut: World): Promise<void> {
  const buyer = await signUp(cut);
  const { id } = await packageNamed(cut, "Starter");
  const begun = await post(cut, "checkout", buyer.as, { package_id: id });
  const checkout = data(begun, 201, Checkout);
  const bought = await inSilence(world, checkout.order_id, async () => {
    equal((await payCheckout(checkout.checkout_url)).result, "paid");
  });
  for (const event of bought) equal((await deliver(cut, event)).status, 200);
  await orderBecomes(cut, buyer, checkout.order_id, "paid");
  equal(await countEntries(world, buyer.id, "purchase"), 1);

  const debit = { user_id: buyer.id, amount: "990", reason: "work" };
  data(await post(cut, "credits/debits", backEnd(cut), debit), 201, Debit);
  equal((await balanceOf(cut, buyer.id)).balance, "9000");

  const refund = { order_id: checkout.order_id };
  // Stripe reports the refund to the webhook of the stack, which has no mail service either.
  const given = data(await post(cut, "refunds", backEnd(cut), refund), 201, Refund);
  equal(given.amount, checkout.amount);
  await orderBecomes(cut, buyer, checkout.order_id, "refunded");
  await until("the credits are clawed back", async () => {
    const { balance } = await balanceOf(cut, buyer.id);
    return balance === "-990" || undefined;
  });
  await proven(world);
}

Deno.test({
  name: "buying, spending and refunding work without Redis and mail",
  ignore: world.dataDir === undefined,
  fn: async () => {
    await withoutMail(world, async () => {
      await withDeployment(world, without(), async (cut) => {
        equal((await get(cut, "health/live", {})).status, 200);
        await buyAndBeRefunded(cut);
      });
    });
    const { urls } = JSON.parse((await send(`${world.url}/stack/status`, {})).text);
    equal((await send(`${urls.mail}/messages`, {})).status, 200);
  },
});
