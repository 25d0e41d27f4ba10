/** A purchase whose event was dead-lettered because of a fault that has ended. */
import { equal } from "node:assert/strict";
import { withBrokenGrant } from "./broken-grant.ts";
import { withSql } from "../project/database.ts";
import { refused } from "../project/http.ts";
import { type Person, signUp } from "../project/people.ts";
import { openCheckout } from "./purchases.ts";
import { deliver, payInSilence } from "./stripe.ts";
import type { World } from "../project/world.ts";

export interface DeadEvent {
  readonly buyer: Person;
  readonly orderId: string;
  readonly eventId: string;
}

/**
 * Makes a purchase whose event was dead-lettered because of a fault. The fault has ended when the function
 * returns.
 */
export async function deadEvent(world: World): Promise<DeadEvent> {
  const buyer = await signUp(world);
  const { order_id, checkout_url } = await openCheckout(world, buyer);
  const events = await payInSilence(world, { order_id, checkout_url });
  const paid = events.find(({ type }) => type === "payment_intent.succeeded")!;
  await withBrokenGrant(world, order_id, async () => {
    refused(await deliver(world, paid), 500, "internal");
    const [event] = await withSql(world, (sql) =>
      sql<{ state: string }[]>`
      update farthing.inbox set state = 'dead', attempts = 10, next_attempt_at = null
      where event_id = ${paid.id} returning (select i.state from farthing.inbox i
        where i.event_id = ${paid.id}) as state`);
    equal(event?.state, "failed");
  });
  return { buyer, orderId: order_id, eventId: paid.id };
}
