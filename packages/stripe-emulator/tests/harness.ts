import Stripe from "stripe";
import { payCheckout } from "../browser.ts";
import type { TestEmulator } from "../testing/test-emulator.ts";

/** A webhook receiver that verifies every signature. */
export interface Receiver {
  url: string;
  /** The verified events in order of arrival. */
  events: Stripe.Event[];
  /** The statuses of the next answers. When the list is empty, the answer is 200. */
  answers: number[];
  /** Resolves when this many events have arrived, even if the receiver refused them. */
  arrived(count: number): Promise<Stripe.Event[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function startReceiver(stripe: Stripe, secret: string, clock: { now: Date }): Receiver {
  const events: Stripe.Event[] = [];
  const answers: number[] = [];
  const waiting = new Map<number, () => void>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (req) => {
    const signature = req.headers.get("stripe-signature") ?? "";
    const event = await stripe.webhooks.constructEventAsync(
      await req.text(),
      signature,
      secret,
      300,
      Stripe.createSubtleCryptoProvider(),
      clock.now.getTime(),
    );
    events.push(event);
    waiting.get(events.length)?.();
    return new Response(null, { status: answers.shift() ?? 200 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/hook`,
    events,
    answers,
    async arrived(count) {
      if (events.length < count) {
        await new Promise<void>((resolve) => waiting.set(count, resolve));
      }
      return events;
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
    },
  };
}

/** Opens a checkout session for $9.99. */
export function openSession(
  stripe: Stripe,
  more: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Promise<Stripe.Response<Stripe.Checkout.Session>> {
  return stripe.checkout.sessions.create({
    mode: "payment",
    line_items: [{
      quantity: 1,
      price_data: { currency: "usd", unit_amount: 999, product_data: { name: "Starter" } },
    }],
    success_url: "http://localhost:3000/done?session={CHECKOUT_SESSION_ID}",
    cancel_url: "http://localhost:3000/back",
    ...more,
  });
}

/**
 * How a payment is made: with a card number or a ready-made payment method. A payment by bank debit
 * also needs `emulator`, with which `pay` settles the payment.
 */
interface Purchase {
  amount?: number;
  currency?: string;
  card?: string;
  method?: string;
  emulator?: TestEmulator;
}

/** Creates a paid payment intent. */
export async function pay(
  stripe: Stripe,
  { amount = 999, currency = "usd", card, method = "pm_card_visa", emulator }: Purchase = {},
): Promise<Stripe.PaymentIntent> {
  if (card) return await payByCard(stripe, card, amount, currency);
  const intent = await stripe.paymentIntents.create({
    amount,
    currency,
    confirm: true,
    payment_method: method,
  });
  if (!emulator) return intent;
  await emulator.control("POST", `/payments/${intent.id}/settle`);
  return await stripe.paymentIntents.retrieve(intent.id);
}

/** Pays on the hosted page, because only this page accepts card numbers. */
async function payByCard(stripe: Stripe, card: string, amount: number, currency: string) {
  const session = await openSession(stripe, {
    line_items: [{
      quantity: 1,
      price_data: { currency, unit_amount: amount, product_data: { name: "Starter" } },
    }],
  });
  const { result, message } = await payCheckout(session.url ?? "", card);
  if (result !== "paid") throw new Error(`The page refused: ${message}`);
  const after = await stripe.checkout.sessions.retrieve(session.id);
  return await stripe.paymentIntents.retrieve(String(after.payment_intent));
}

/** Returns the types of all events so far, oldest first. */
export async function eventTypes(stripe: Stripe): Promise<string[]> {
  const list = await stripe.events.list({ limit: 100 });
  return list.data.map((event) => event.type as string).reverse();
}

/** Returns the error of a refused call. */
export async function refusal(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error("The call succeeded, but a refusal was expected.");
}

/**
 * Returns a header of an answer. The SDK's `lastResponse` is the raw response if the SDK uses its
 * fetch client.
 */
export function header(answer: Stripe.Response<object>, name: string): string | null {
  return (answer.lastResponse as unknown as Response).headers.get(name);
}
