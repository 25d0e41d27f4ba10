/** Stripe for tests: the official SDK, the hosted page, and signed events that a test delivers itself. */
import Stripe from "stripe";
import { z } from "zod";
import { type Buyer, payCheckout } from "@farthing/stripe-emulator/browser";
import { withDeliveries, withSql } from "../project/database.ts";
import { type Answer, post } from "../project/http.ts";
import type { World } from "../project/world.ts";

export function stripeOf({ stripeUrl, stripeKey }: World): Stripe {
  const { hostname, port } = new URL(stripeUrl);
  return new Stripe(stripeKey, {
    protocol: "http",
    host: hostname,
    port,
    httpClient: Stripe.createFetchHttpClient(),
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

/** Calls a control endpoint of the emulator. The real Stripe has no such endpoints. */
export async function control(
  world: World,
  method: "POST" | "DELETE",
  path: string,
  body: object = {},
): Promise<Record<string, unknown>> {
  const init = method === "POST" ? { method, body: JSON.stringify(body) } : { method };
  const response = await fetch(`${world.stripeUrl}/_emulator/${path}`, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${text}`);
  return JSON.parse(text);
}

/**
 * Returns a time that is one to two seconds before an order's creation, in seconds since 1970.
 * Returns 0 for an unknown order.
 */
async function beganAt(world: World, orderId: string): Promise<number> {
  const [row] = await withSql(world, (sql) =>
    sql<{ seconds: number }[]>`
    select floor(extract(epoch from created_at))::int - 1 as seconds from farthing.orders
    where order_id = ${orderId}`);
  return row?.seconds ?? 0;
}

/**
 * Returns the objects that were created at or after `seconds` (since 1970), newest first. Other tests
 * create objects, too, so several pages of the list may be needed.
 */
async function listedSince<T extends { created: number }>(
  list: AsyncIterable<T>,
  seconds: number,
): Promise<T[]> {
  const found: T[] = [];
  for await (const each of list) {
    if (each.created < seconds) break;
    found.push(each);
  }
  return found;
}

const subject = z.looseObject({
  id: z.string(),
  client_reference_id: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  payment_intent: z.string().nullish(),
});

function isAbout(event: Stripe.Event, orderId: string): boolean {
  const { client_reference_id, metadata } = subject.parse(event.data.object);
  return client_reference_id === orderId || metadata?.order_id === orderId;
}

/** Returns the id of the payment intent that an event is about. */
function paymentOf(event: Stripe.Event): string {
  const { id, payment_intent } = subject.parse(event.data.object);
  return payment_intent ?? id;
}

/** Lists the ids of an order's checkout sessions at Stripe. */
export async function sessionsOf(world: World, orderId: string): Promise<string[]> {
  const list = stripeOf(world).checkout.sessions.list({ limit: 100 });
  const sessions = await listedSince(list, await beganAt(world, orderId));
  return sessions.filter((each) => each.client_reference_id === orderId).map(({ id }) => id);
}

/**
 * Lists the events of an order and its payments, oldest first. The event of a dispute names the payment and
 * not the order.
 */
async function eventsOf(world: World, orderId: string): Promise<Stripe.Event[]> {
  const list = stripeOf(world).events.list({ limit: 100 });
  const data = await listedSince(list, await beganAt(world, orderId));
  const payments = new Set(data.filter((event) => isAbout(event, orderId)).map(paymentOf));
  return data.filter((event) => payments.has(paymentOf(event))).reverse();
}

/**
 * Runs `act` while the emulator delivers no webhook. Then drops the events of the order, and
 * returns them. The events of other tests are delivered afterwards.
 */
export async function inSilence(
  world: World,
  orderId: string,
  act: () => Promise<unknown>,
): Promise<Stripe.Event[]> {
  return await withDeliveries(world, "exclusive", async () => {
    await control(world, "POST", "deliveries/hold", { types: ["*"] });
    try {
      await act();
      const made = await eventsOf(world, orderId);
      await control(world, "POST", "deliveries/drop", { events: made.map(({ id }) => id) });
      return made;
    } finally {
      await control(world, "POST", "deliveries/release");
    }
  });
}

/**
 * Pays on the hosted page while the emulator delivers no webhook.
 * @throws if the page refuses the payment
 */
export async function payInSilence(
  world: World,
  order: { order_id: string; checkout_url: string },
  buyer: Buyer = {},
): Promise<Stripe.Event[]> {
  return await inSilence(world, order.order_id, async () => {
    const { result, message } = await payCheckout(order.checkout_url, undefined, buyer);
    if (result !== "paid") throw new Error(`the page refused: ${message}`);
  });
}

interface Delivery {
  secret?: string;
  /** The time in the signature, in seconds since 1970; by default the current time. */
  seconds?: number;
  header?: string;
}

/** Delivers an event to the webhook as Stripe does, with a signature of the raw body. */
export async function deliver(
  world: World,
  event: object | string,
  { secret = world.webhookSecret, seconds = Math.floor(Date.now() / 1000), header }: Delivery = {},
): Promise<Answer> {
  const payload = typeof event === "string" ? event : JSON.stringify(event);
  const signature = header ?? await stripeOf(world).webhooks.generateTestHeaderStringAsync({
    payload,
    secret,
    timestamp: seconds,
  });
  const headers = { "stripe-signature": signature };
  return await post(world, "stripe-webhook", {}, payload, { key: null, headers });
}

/** Returns all permutations of a list. The list should have few elements. */
export function permutations<T>(things: readonly T[]): T[][] {
  if (things.length <= 1) return [[...things]];
  return things.flatMap((first, index) =>
    permutations(things.toSpliced(index, 1)).map((rest) => [first, ...rest])
  );
}

/** The id of a payout that Stripe does not know. Like Stripe's own ids, it has no hyphens. */
export const newPayoutId = (): string => `po_${crypto.randomUUID().replaceAll("-", "")}`;

/** Makes a payout object as an event contains it. The payout is five days old. */
export function payoutObject(id: string, amount: number, status: string) {
  const daySeconds = 86_400;
  const made = Math.floor(Date.now() / 1000) - 5 * daySeconds;
  return {
    ...{ id, object: "payout", amount, currency: "usd", automatic: true, status },
    ...{ reconciliation_status: "not_applicable", failure_code: null },
    ...{ created: made, arrival_date: made + 2 * daySeconds },
  };
}
