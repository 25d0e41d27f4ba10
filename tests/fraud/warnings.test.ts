/** An early fraud warning freezes the credits of its order until an operator clears the warning. */
import { deepEqual, equal } from "node:assert/strict";
import { z } from "zod";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { ClearedWarning, Warning } from "../../supabase/functions/_shared/contracts/fraud.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { backEnd, data, get, post, refused } from "../support/project/http.ts";
import { type Person, signUp, signUpOperator } from "../support/project/people.ts";
import { balanceOf, openCheckout, orderBecomes } from "../support/money/purchases.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const WARNED_CARD = "4000000000005423";

async function warningsOf(person: Person, state: string): Promise<z.output<typeof Warning>[]> {
  const answer = await get(world, `fraud/warnings?state=${state}&limit=100`, backEnd(world));
  return data(answer, 200, z.array(Warning)).filter(({ user_id }) => user_id === person.id);
}

Deno.test("a warning is listed and freezes its order's credits until it is cleared", async () => {
  const [operator, buyer] = [await signUpOperator(world), await signUp(world)];
  const checkout = await openCheckout(world, buyer);
  const warning = await withDeliveries(world, "shared", async () => {
    equal((await payCheckout(checkout.checkout_url, WARNED_CARD)).result, "paid");
    await orderBecomes(world, buyer, checkout.order_id, "paid");
    return await until("the warning is listed", async () => (await warningsOf(buyer, "open"))[0]);
  });
  equal(warning.order_id, checkout.order_id);
  const frozen = await balanceOf(world, buyer.id);
  deepEqual([frozen.balance, frozen.available], [checkout.total_credits, "0"]);

  const path = `fraud/warnings/${warning.warning_id}/clear`;
  const reason = { reason: "the buyer was called" };
  refused(await post(world, path, buyer.as, reason), 403, "forbidden");
  const key = crypto.randomUUID();
  for (const replayed of [null, "true"]) {
    const answer = await post(world, path, operator.as, reason, { key });
    equal(data(answer, 200, ClearedWarning).state, "cleared");
    equal(answer.headers.get("idempotency-replayed"), replayed);
  }
  equal((await balanceOf(world, buyer.id)).available, checkout.total_credits);
  deepEqual(await warningsOf(buyer, "open"), []);
  equal((await warningsOf(buyer, "cleared")).length, 1);
  refused(
    await post(world, "fraud/warnings/issfr_nobodys/clear", operator.as, reason),
    404,
    "not_found",
  );
  await proven(world);
});
