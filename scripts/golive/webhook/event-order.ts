/**
 * Makes a purchase, signs its events, and sends them in the wrong order. This needs the emulator,
 * which can hold back its own deliveries until this step has sent the events. The emulator's
 * deliveries then arrive as duplicates.
 */
import type Stripe from "stripe";
import { z } from "zod";
import { waitFor } from "@farthing/command-line";
import { Entry } from "../../../supabase/functions/_shared/contracts/credits.ts";
import { Received } from "../../../supabase/functions/_shared/contracts/webhook-events.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import type { Project } from "../command/project.ts";
import { failed, found, skipped } from "../core/step.ts";
import { ask, dataOf } from "../shared/ask.ts";
import { customerOf } from "../shared/customer.ts";
import { control, NO_EMULATOR } from "../shared/emulator.ts";
import { isOnForAll, NOT_ON_SALE } from "../shared/flags.ts";
import { openCheckout, orderPaid, payOnEmulator, readOrder } from "../shared/purchase.ts";
import { deliver } from "./signed-event.ts";

/** The last event of a payment. */
const LAST = "charge.updated";

/** Returns the events of a payment as Stripe lists them, the newest first. */
async function eventsOf({ stripe }: Project, sessionId: string): Promise<Stripe.Event[]> {
  const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(sessionId);
  const events = await waitFor(async () => {
    const { data } = await stripe.events.list({ limit: 100 });
    const ours = data.filter(({ data: { object } }) =>
      ("payment_intent" in object && object.payment_intent === intent) ||
      ("id" in object && (object.id === intent || object.id === sessionId))
    );
    return ours.some(({ type }) => type === LAST) ? ours : undefined;
  }, 10_000);
  return events ?? [];
}

async function buyInWrongOrder(context: Context, secret: string) {
  const { project, run, options } = context;
  const customer = await customerOf(context, "webhook");
  const key = `golive-webhook-${run}`;
  const { order_id } = await openCheckout(project, customer, options.packageSlug, key);
  await context.tell({ "webhook.customer": customer.id, "webhook.order": order_id });
  await control(project, "deliveries/hold");
  try {
    const order = await readOrder(project, customer, order_id);
    await payOnEmulator(project, order);
    const events = await eventsOf(project, order.checkout_session_id ?? "");
    const answers: string[] = [];
    for (const event of events) {
      const reply = await deliver(project, JSON.stringify(event), secret);
      const { duplicate, deferred } = dataOf(reply, 200, Received);
      const how = duplicate ? " duplicate" : deferred ? " deferred" : "";
      answers.push(`${event.type} ${reply.status}${how}`);
    }
    return { customer, orderId: order_id, answers };
  } finally {
    await control(project, "deliveries/release", { order: "shuffle", copies: 2 });
  }
}

export const outOfOrder: GoLiveStep = {
  code: "webhook.out-of-order",
  title: "Do events in the wrong order make one ledger entry?",
  source: "ledger",
  async run(context) {
    const { project } = context;
    if (project.emulatorUrl === undefined) return skipped(`A purchase ${NO_EMULATOR}.`);
    if (project.webhookSecret === undefined) return skipped("STRIPE_WEBHOOK_SECRET is not set");
    const isOpen = context.facts["webhook.order"] !== undefined;
    if (!isOpen && !await isOnForAll(project, "b2c")) return skipped(NOT_ON_SALE);
    const { customer, orderId, answers } = await buyInWrongOrder(context, project.webhookSecret);
    const order = await orderPaid(project, customer, orderId);
    const path = `credits/entries?user_id=${customer.id}&kind=purchase`;
    const entries = dataOf(await ask(project, path), 200, z.array(Entry));
    const ours = entries.filter(({ reference_id: of }) => of === orderId);
    const evidence = [
      `order ${orderId} is ${order?.status ?? "not paid"}, ${ours.length} entry`,
      ...ours.map(({ amount, author: by }) => `entry of ${amount} credits by ${by}`),
      answers.join(", "),
    ];
    return order !== undefined && ours.length === 1 ? found(evidence) : failed(
      evidence,
      "The payment must make one entry: look at GET /webhook-events, and run farthing.prove().",
    );
  },
};
