/** Setup intents: the stored objects and their creation. */
import type Stripe from "stripe";
import { newId, randomText } from "../core/ids.ts";
import { defined } from "../core/objects.ts";
import { example } from "../fixtures/example.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

type SetupIntent = Stripe.SetupIntent;

export const setupIntents = collection<SetupIntent>("setup_intent");

/** Creates a setup intent and emits its event, for the API or for a checkout session. */
export function createSetupIntent(scope: Scope, given: Partial<SetupIntent>): SetupIntent {
  const id = newId("seti");
  const intent = setupIntents.put(scope, {
    ...example<SetupIntent>("setup_intent"),
    allowed_payment_method_types: null,
    automatic_payment_methods: null,
    last_setup_error: null,
    managed_payments: null,
    next_action: null,
    payment_method_configuration_details: null,
    usage: "off_session",
    ...defined(given),
    metadata: given.metadata ?? {},
    id,
    client_secret: `${id}_secret_${randomText(25)}`,
    created: scope.seconds(),
    status: given.payment_method ? "requires_confirmation" : "requires_payment_method",
  } as SetupIntent);
  scope.emit("setup_intent.created", intent);
  return intent;
}
