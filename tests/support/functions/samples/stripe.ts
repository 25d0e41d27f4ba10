/**
 * Example objects from Stripe's documentation, for tests to change. They have only the fields that the
 * functions read, and a few more. The emulator has the complete objects, which
 * tests/webhooks/facts-of-examples.test.ts reads.
 */
import type Stripe from "stripe";
import { API_VERSION } from "../../../../supabase/functions/_shared/adapters/stripe/client.ts";

const EXAMPLES: Record<string, object> = {
  "checkout.session": {
    "id": "cs_test_a1YS1URlnyQCN5fUUduORoQ7Pw41PJqDWkIVQCpJPqkfIhd6tVY8XB1OLY",
    "object": "checkout.session",
    "mode": "payment",
    "client_reference_id": null,
    "metadata": {},
    "payment_intent": "pi_1PgafyB7WZ01zgkWSjxsAJo3",
    "payment_status": "unpaid",
    "amount_subtotal": null,
    "amount_total": null,
    "total_details": null,
    "customer_details": null,
    "invoice": null,
    "currency": null,
    "livemode": false,
  },
  "payment_intent": {
    "id": "pi_1PgafyB7WZ01zgkWSjxsAJo3",
    "object": "payment_intent",
    "status": "requires_payment_method",
    "amount": 1099,
    "amount_received": 0,
    "currency": "usd",
    "metadata": {},
    "latest_charge": null,
    "last_payment_error": {
      "type": "idempotency_error",
    },
    "livemode": false,
  },
  "charge": {
    "id": "ch_1PgafuB7WZ01zgkWXYmPNZs8",
    "object": "charge",
    "status": "succeeded",
    "amount": 100,
    "currency": "usd",
    "metadata": {},
    "payment_intent": null,
    "failure_code": null,
    "payment_method_details": {
      "type": "card",
      "card": {
        "brand": "visa",
        "fingerprint": "AOB934RVNwzk6xtn",
        "last4": "4242",
      },
    },
    "livemode": false,
  },
  "refund": {
    "id": "re_1Pgc72B7WZ01zgkWqPvrRrPE",
    "object": "refund",
    "status": "succeeded",
    "amount": 100,
    "currency": "usd",
    "metadata": {},
    "payment_intent": null,
    "charge": "ch_1PgafuB7WZ01zgkWXYmPNZs8",
  },
  "dispute": {
    "id": "dp_1Pgc71B7WZ01zgkWMevJiAUx",
    "object": "dispute",
    "status": "warning_needs_response",
    "reason": "general",
    "amount": 1000,
    "currency": "usd",
    "payment_intent": null,
    "charge": "ch_1PgafuB7WZ01zgkWXYmPNZs8",
  },
  "application_fee": {
    "id": "fee_1Pgc6zB7WZ01zgkWOMh2at1m",
    "object": "application_fee",
    "amount": 100,
    "amount_refunded": 0,
    "currency": "usd",
    "charge": "ch_1PgafuB7WZ01zgkWXYmPNZs8",
  },
  "account": {
    "id": "acct_1PgafTB7WZ01zgkW",
    "object": "account",
    "charges_enabled": false,
    "payouts_enabled": false,
    "details_submitted": false,
    "metadata": {},
    "requirements": {
      "disabled_reason": "requirements.past_due",
      "currently_due": [
        "business_profile.product_description",
      ],
    },
  },
  "setup_intent": {
    "id": "seti_1Pgag7B7WZ01zgkWSgwGdb8Z",
    "object": "setup_intent",
    "status": "requires_payment_method",
    "customer": null,
    "payment_method": null,
    "metadata": {},
  },
  "payment_method": {
    "id": "pm_1Pgc75B7WZ01zgkWlHVgdEGJ",
    "object": "payment_method",
    "type": "card",
    "customer": null,
    "metadata": {
      "order_id": "123456789",
    },
  },
  "event": {
    "id": "evt_1Pgc76B7WZ01zgkWwyRHS12y",
    "object": "event",
    "type": "plan.created",
    "livemode": false,
    "created": 1234567890,
  },
};

/** Returns an example object with some fields changed. */
export function example<T extends object>(name: string, changes: Partial<T> = {}): T {
  return { ...EXAMPLES[name], ...changes } as T;
}

/** Makes an event about an object, in Stripe's format. */
export function eventOf(type: string, object: object): Stripe.Event {
  return { ...EXAMPLES.event, api_version: API_VERSION, type, data: { object } } as Stripe.Event;
}
