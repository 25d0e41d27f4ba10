import assert from "node:assert/strict";
import { createPayments } from "../../supabase/functions/_shared/adapters/stripe/create-payments.ts";
import { deliveriesOf, EVENTS_PER_ORDER, shuffled, WEBHOOK_SECRET } from "./stripe-events.ts";

const ORDER_ID = "9d3fa1b8-4ea1-49a5-9be2-2f8f6a4f4c01";

Deno.test("the Stripe webhook accepts the deliveries and finds the order in them", async () => {
  const payments = createPayments({
    secretKey: "sk_test_bench",
    webhookSecrets: [WEBHOOK_SECRET],
  });
  const requests = deliveriesOf("r1", [ORDER_ID]);
  assert.equal(requests.length, EVENTS_PER_ORDER);
  for (const request of requests) {
    const [head = "", body = ""] = new TextDecoder().decode(request).split("\r\n\r\n");
    const signature = /stripe-signature: (.*)/.exec(head)?.[1] ?? null;
    const event = await payments.readEvent(body, signature);
    assert.ok(event);
    assert.equal((event.facts as { order_id?: string }).order_id, ORDER_ID, event.type);
    assert.equal(Number(/content-length: (\d+)/.exec(head)?.[1]), body.length);
  }
});

Deno.test("shuffled repeats each element as often as asked, in the same order for the same seed", () => {
  const things = Array.from({ length: 50 }, (_, index) => index);
  const five = shuffled(things, 5, 7);
  assert.deepEqual(five.toSorted((a, b) => a - b), things.flatMap((each) => Array(5).fill(each)));
  assert.deepEqual(shuffled(things, 5, 7), five);
  assert.notDeepEqual(shuffled(things, 5, 8), five);
  assert.notDeepEqual(shuffled(things, 1, 7), things);
});
