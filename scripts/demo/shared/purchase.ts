import { z } from "zod";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { delay } from "@farthing/command-line";
import type { Buyer } from "./buyer.ts";
import type { Package } from "./catalogue.ts";
import { DemoError } from "./service.ts";

const checkout = z.object({ order_id: z.string(), checkout_url: z.string() });
const order = z.object({ status: z.string() });
const credits = z.object({
  balance: z.string(),
  held: z.string(),
  lots: z.array(z.object({ id: z.string(), source: z.string(), remaining: z.string() })),
});

/** The account's balance and lots, as the service shows them to the buyer. */
export type Credits = z.infer<typeof credits>;

/**
 * How long the webhook may take to grant the credits of a paid order, and the pause between polls
 * of the order.
 */
const PAID_DEADLINE_MS = 30_000;
const PAID_POLL_MS = 50;

/** Buys a package, and waits until the webhook has marked the order as paid. */
export async function buy(buyer: Buyer, { id, name }: Package): Promise<void> {
  const body = { package_id: id };
  const session = checkout.parse(await buyer.post("checkout", body, crypto.randomUUID()));
  const { result, message } = await payCheckout(session.checkout_url);
  if (result !== "paid") {
    throw new DemoError(`the checkout page refused the card for ${name}: ${message}`);
  }
  const deadline = Date.now() + PAID_DEADLINE_MS;
  let status = "pending";
  while (status !== "paid") {
    if (Date.now() > deadline) {
      throw new DemoError(
        `the order ${session.order_id} is still ${status} ${
          PAID_DEADLINE_MS / 1000
        } s after its payment`,
      );
    }
    await delay(PAID_POLL_MS);
    status = order.parse(await buyer.get(`checkout/orders/${session.order_id}`)).status;
  }
}

/** Returns the balance, and the lots that still have credits. */
export async function readCredits(buyer: Buyer): Promise<Credits> {
  return credits.parse(await buyer.get("credits"));
}
