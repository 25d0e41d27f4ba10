/**
 * The events of purchases, as Stripe delivers them: signed, and as the bytes of an HTTP request.
 */
import { createRandom } from "@farthing/command-line";
import { API_VERSION } from "../../supabase/functions/_shared/adapters/stripe/client.ts";
import { createHmac } from "node:crypto";

export const WEBHOOK_SECRET = "whsec_bench";
/**
 * The number of events of a purchase by card: one for its session, one for its payment, and one for
 * its charge.
 */
export const EVENTS_PER_ORDER = 3;

/** An order of the package Starter, from which Stripe's objects are made. */
interface Purchase {
  run: string;
  nr: number;
  orderId: string;
}

function objectsOf({ run, nr, orderId }: Purchase): Record<string, object> {
  const metadata = { order_id: orderId };
  const money = { amount: 999, currency: "usd", livemode: false, metadata };
  const payment = `pi_${run}_${nr}`;
  const charge = `ch_${run}_${nr}`;
  return {
    "checkout.session.completed": {
      id: `cs_${run}_${nr}`,
      object: "checkout.session",
      mode: "payment",
      status: "complete",
      payment_status: "paid",
      payment_intent: payment,
      client_reference_id: orderId,
      amount_total: 999,
      currency: "usd",
      livemode: false,
      metadata,
    },
    "payment_intent.succeeded": {
      id: payment,
      object: "payment_intent",
      status: "succeeded",
      latest_charge: charge,
      amount_received: 999,
      last_payment_error: null,
      ...money,
    },
    "charge.succeeded": {
      id: charge,
      object: "charge",
      status: "succeeded",
      payment_intent: payment,
      failure_code: null,
      payment_method_details: { type: "card", card: { fingerprint: `fp_${run}_${nr % 100}` } },
      ...money,
    },
  };
}

function signed(payload: string, seconds: number): string {
  const hmac = createHmac("sha256", WEBHOOK_SECRET).update(`${seconds}.${payload}`);
  return `t=${seconds},v1=${hmac.digest("hex")}`;
}

/** Returns the bytes of one delivery: headers and body. */
function requestOf(payload: string, seconds: number): Uint8Array {
  const body = new TextEncoder().encode(payload);
  const head = [
    "POST /stripe-webhook HTTP/1.1",
    "host: 127.0.0.1",
    "content-type: application/json; charset=utf-8",
    `content-length: ${body.length}`,
    `stripe-signature: ${signed(payload, seconds)}`,
  ];
  const start = new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`);
  const request = new Uint8Array(start.length + body.length);
  request.set(start);
  request.set(body, start.length);
  return request;
}

/** Returns the deliveries of the events of these orders, one delivery for each event. */
export function deliveriesOf(run: string, orderIds: readonly string[]): Uint8Array[] {
  const created = Math.floor(Date.now() / 1000);
  return orderIds.flatMap((orderId, index) => {
    const objects = objectsOf({ run, nr: index + 1, orderId });
    return Object.entries(objects).map(([type, object], kind) => {
      const id = `evt_${run}_${index + 1}_${kind}`;
      // The events have the API version that the functions read. If the version were different, the
      // functions would ask Stripe for the event.
      const envelope = {
        ...{ id, object: "event", api_version: API_VERSION, type },
        ...{ livemode: false, created },
      };
      return requestOf(JSON.stringify({ ...envelope, data: { object } }), created);
    });
  });
}

/**
 * Repeats each element `times` times and shuffles the result. The same seed gives the same order.
 */
export function shuffled<T>(things: readonly T[], times: number, seed: number): T[] {
  const random = createRandom(seed);
  const all = Array.from({ length: times }, () => things).flat();
  for (let last = all.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [all[last], all[other]] = [all[other]!, all[last]!];
  }
  return all;
}
