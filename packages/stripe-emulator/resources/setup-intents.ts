import type Stripe from "stripe";
import { z } from "zod";
import { sessionOf } from "../checkout/session.ts";
import { example } from "../fixtures/example.ts";
import { invalidRequest, StripeApiError } from "../http/errors.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { flag, kept, metadata, text, unsettable, unsupported, url } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { newId, randomText } from "../ids.ts";
import { defined, mergeMetadata } from "../objects.ts";
import { checkUsable } from "../payments/saved-methods.ts";
import { attemptSetup } from "../payments/setup.ts";
import type { Scope } from "../scope.ts";
import { collection } from "../store/collection.ts";
import { customers, requireCustomer } from "./customers.ts";
import { paymentMethods, requirePaymentMethod } from "./payment-methods.ts";

type SetupIntent = Stripe.SetupIntent;

export const setupIntents = collection<SetupIntent>("setup_intent");

/** Makes an intent to save a payment method, for the API or for a checkout session. */
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

/** Gives an intent up; what is saved cannot be. */
export function cancelSetupIntent(
  scope: Scope,
  intent: SetupIntent,
  reason: string | null,
): SetupIntent {
  if (!intent.status.startsWith("requires_")) throw unexpectedState(intent, "canceled");
  const canceled = setupIntents.update(scope, intent, {
    status: "canceled",
    cancellation_reason: reason,
    next_action: null,
  });
  scope.emit("setup_intent.canceled", canceled);
  return canceled;
}

const shared = {
  customer: text.optional(),
  description: text.optional(),
  metadata: unsettable(metadata).optional(),
  payment_method: text.optional(),
  payment_method_options: kept,
  allowed_payment_method_types: z.array(text).optional(),
  payment_method_data: unsupported,
};

const confirming = {
  return_url: url.optional(),
  use_stripe_sdk: flag.optional(),
  mandate_data: kept,
  confirmation_token: unsupported,
};

const create = route(
  "POST",
  "/v1/setup_intents",
  {
    ...shared,
    ...confirming,
    automatic_payment_methods: z.strictObject({
      enabled: flag,
      allow_redirects: z.enum(["always", "never"]).optional(),
    }).optional(),
    confirm: flag.optional(),
    usage: z.enum(["off_session", "on_session"]).optional(),
  },
  (scope, params) => {
    const { confirm, return_url, use_stripe_sdk: _, mandate_data: __, ...rest } = params;
    if (rest.customer) requireCustomer(scope, rest.customer, "customer");
    const { payment_method: named, ...given } = rest;
    const payment_method = named && requirePaymentMethod(scope, named, "payment_method").id;
    const automatic_payment_methods = given.automatic_payment_methods ?? { enabled: true };
    const fields = { ...given, payment_method, automatic_payment_methods };
    const intent = createSetupIntent(scope, fields as Partial<SetupIntent>);
    return confirm ? confirmSetup(scope, intent, undefined, return_url) : intent;
  },
);

const update = route("POST", "/v1/setup_intents/:id", shared, (scope, params, { id }) => {
  const intent = setupIntents.get(scope, id);
  if (!intent.status.startsWith("requires_")) throw unexpectedState(intent, "updated");
  const { payment_method: named, ...rest } = params;
  if (rest.customer) requireCustomer(scope, rest.customer, "customer");
  const method = named && requirePaymentMethod(scope, named, "payment_method").id;
  return setupIntents.update(scope, intent, {
    ...defined(rest),
    ...(method && { payment_method: method, status: "requires_confirmation" }),
    metadata: mergeMetadata(intent.metadata ?? {}, rest.metadata),
  } as Partial<SetupIntent>);
});

const confirm = route(
  "POST",
  "/v1/setup_intents/:id/confirm",
  { ...confirming, payment_method: text.optional() },
  (scope, params, { id }) => {
    const intent = setupIntents.get(scope, id);
    refuseCheckoutIntent(scope, intent);
    return confirmSetup(scope, intent, params.payment_method, params.return_url);
  },
);

function confirmSetup(
  scope: Scope,
  intent: SetupIntent,
  given: string | undefined,
  return_url: string | undefined,
): SetupIntent {
  if (!intent.status.startsWith("requires_")) throw unexpectedState(intent, "confirmed");
  const named = given ?? (intent.payment_method as string | null);
  if (!named) {
    const message = "The setup intent has no payment method. Give one with payment_method.";
    throw invalidRequest(message, "payment_method", "setup_intent_unexpected_state");
  }
  const method = requirePaymentMethod(scope, named, "payment_method");
  checkUsable(scope, method, intent.customer);
  const after = attemptSetup(scope, intent, method.id);
  if (after.status === "requires_payment_method") throw refusal(after);
  if (after.status !== "requires_action") return after;
  const url = after.next_action?.redirect_to_url?.url ?? null;
  return setupIntents.update(scope, after, {
    next_action: {
      type: "redirect_to_url",
      redirect_to_url: { url, return_url: return_url ?? null },
    },
  });
}

function refusal(intent: SetupIntent): StripeApiError {
  const failure = intent.last_setup_error;
  return new StripeApiError(402, failure?.message ?? "The card was not saved.", {
    type: "card_error",
    code: failure?.code ?? "card_declined",
    decline_code: failure?.decline_code ?? "generic_decline",
    setup_intent: intent,
    payment_method: failure?.payment_method,
  });
}

/** A checkout session alone decides over the intent it made. */
function refuseCheckoutIntent(scope: Scope, intent: SetupIntent): void {
  if (!sessionOf(scope, intent.id)) return;
  const message = "This setup intent was made by a checkout session: use the session.";
  const code = "setup_intent_unexpected_state";
  throw new StripeApiError(400, message, { code, setup_intent: intent });
}

function unexpectedState(intent: SetupIntent, verb: string): StripeApiError {
  const message = `This setup intent cannot be ${verb}: its status is ${intent.status}.`;
  const code = "setup_intent_unexpected_state";
  return new StripeApiError(400, message, { code, setup_intent: intent });
}

const cancel = route(
  "POST",
  "/v1/setup_intents/:id/cancel",
  {
    cancellation_reason: z.enum(["abandoned", "duplicate", "requested_by_customer"]).optional(),
  },
  (scope, params, { id }) => {
    const intent = setupIntents.get(scope, id);
    refuseCheckoutIntent(scope, intent);
    return cancelSetupIntent(scope, intent, params.cancellation_reason ?? null);
  },
);

export const setupIntentResource: Resource = {
  object: "setup_intent",
  routes: [
    create,
    listRoute(
      "/v1/setup_intents",
      setupIntents,
      { customer: text.optional(), payment_method: text.optional() },
      (intent, wanted) =>
        (wanted.customer ?? intent.customer) === intent.customer &&
        (wanted.payment_method ?? intent.payment_method) === intent.payment_method,
    ),
    retrieveRoute("/v1/setup_intents", setupIntents),
    update,
    confirm,
    cancel,
  ],
  expands: {
    customer: reference("customer", () => customers),
    payment_method: reference("payment_method", () => paymentMethods),
  },
};
