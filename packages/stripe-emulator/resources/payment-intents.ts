/** Payment intents: the stored objects and their creation. */
import type Stripe from "stripe";
import { newId, randomText } from "../core/ids.ts";
import { defined } from "../core/objects.ts";
import { example } from "../fixtures/example.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

type Intent = Stripe.PaymentIntent;

export const paymentIntents = collection<Intent>("payment_intent");

/** Creates a payment intent and emits its event, for the API or for a checkout session. */
export function createIntent(
  scope: Scope,
  given: Partial<Intent> & { amount: number; currency: string },
): Intent {
  const id = newId("pi");
  const intent = paymentIntents.put(scope, {
    ...example<Intent>("payment_intent"),
    allowed_payment_method_types: null,
    automatic_payment_methods: null,
    canceled_at: null,
    capture_method: "automatic_async",
    last_payment_error: null,
    managed_payments: null,
    next_action: null,
    payment_method_configuration_details: null,
    payment_method_types: ["card", "us_bank_account"],
    payment_record: null,
    processing: null,
    shipping: null,
    transfer_data: null,
    ...defined(given),
    metadata: given.metadata ?? {},
    id,
    client_secret: `${id}_secret_${randomText(25)}`,
    created: scope.seconds(),
    status: given.payment_method ? "requires_confirmation" : "requires_payment_method",
  } as Intent);
  scope.emit("payment_intent.created", intent);
  return intent;
}
