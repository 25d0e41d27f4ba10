import { deepEqual, equal, match, ok } from "node:assert/strict";
import { payCheckout } from "../browser.ts";
import { eventTypes, openSession, startReceiver, startStand } from "./harness.ts";

Deno.test("checkout pays with 4242 and reports it by signed events in Stripe's order", async () => {
  await using stand = await startStand({ webhookSecret: "whsec_test" });
  const { stripe } = stand;
  await using receiver = startReceiver(stripe, "whsec_test", stand.clock);
  await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ["*"] });
  const session = await openSession(stripe, {
    client_reference_id: "order-1",
    metadata: { order_id: "order-1" },
    payment_intent_data: { metadata: { order_id: "order-1" } },
  });
  equal(session.status, "open");
  equal(session.payment_status, "unpaid");
  equal(session.payment_intent, null);
  match(session.id, /^cs_test_/);

  const paid = await payCheckout(session.url ?? "");
  equal(paid.location, `http://localhost:3000/done?session=${session.id}`);

  const after = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ["payment_intent.latest_charge.balance_transaction", "line_items.data.price.product"],
  });
  equal(after.status, "complete");
  equal(after.payment_status, "paid");
  const intent = after.payment_intent as import("stripe").Stripe.PaymentIntent;
  equal(intent.metadata.order_id, "order-1");
  const charge = intent.latest_charge as import("stripe").Stripe.Charge;
  const booked = charge.balance_transaction as import("stripe").Stripe.BalanceTransaction;
  deepEqual([booked.amount, booked.fee, booked.net], [999, 59, 940]);
  const product = after.line_items?.data[0]?.price?.product as import("stripe").Stripe.Product;
  equal(product.name, "Starter");

  deepEqual(await eventTypes(stripe), [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
    "charge.updated",
  ]);
  const received = await receiver.arrived(5);
  const completed = received.find((event) => event.type === "checkout.session.completed");
  ok(completed);
  equal((completed.data.object as { client_reference_id: string }).client_reference_id, "order-1");
});
