import type Stripe from "stripe";
import { z } from "zod";
import { example } from "../fixtures/example.ts";
import { invalidRequest, StripeApiError } from "../http/errors.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import {
  currency,
  flag,
  integer,
  kept,
  metadata,
  natural,
  text,
  unsettable,
  unsupported,
  url,
} from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { newId, randomText } from "../ids.ts";
import { defined, mergeMetadata } from "../objects.ts";
import { checkDestination } from "../connect/destination.ts";
import { sessionOf } from "../checkout/session.ts";
import { attemptPayment, bookPayment } from "../payments/attempt.ts";
import { checkAmount } from "../payments/check-amount.ts";
import { checkUsable } from "../payments/saved-methods.ts";
import type { Scope } from "../scope.ts";
import { collection } from "../store/collection.ts";
import { charges } from "./charges.ts";
import { customers, requireCustomer } from "./customers.ts";
import { paymentMethods, requirePaymentMethod } from "./payment-methods.ts";

type Intent = Stripe.PaymentIntent;

export const paymentIntents = collection<Intent>("payment_intent");

/** Makes an intent to pay and announces it, for the API or for a checkout session. */
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

/** Gives an intent up; what was paid or is on its way cannot be. */
export function cancelIntent(scope: Scope, intent: Intent, reason: string | null): Intent {
  if (["succeeded", "canceled", "processing"].includes(intent.status)) {
    throw unexpectedState(intent, "canceled");
  }
  const canceled = paymentIntents.update(scope, intent, {
    status: "canceled",
    canceled_at: scope.seconds(),
    cancellation_reason: reason as Stripe.PaymentIntent.CancellationReason | null,
    next_action: null,
  });
  scope.emit("payment_intent.canceled", canceled);
  return canceled;
}

const shared = {
  application_fee_amount: unsettable(natural).optional(),
  capture_method: z.enum(["automatic", "automatic_async"]).optional(),
  customer: text.optional(),
  description: text.optional(),
  metadata: unsettable(metadata).optional(),
  payment_method: text.optional(),
  receipt_email: unsettable(text).optional(),
  setup_future_usage: unsettable(z.enum(["off_session", "on_session"])).optional(),
  shipping: kept,
  statement_descriptor: text.optional(),
  statement_descriptor_suffix: text.optional(),
  transfer_data: z.strictObject({ amount: natural.optional(), destination: text.optional() })
    .optional(),
  transfer_group: text.optional(),
  payment_method_data: unsupported,
};

const confirming = {
  error_on_requires_action: flag.optional(),
  off_session: z.enum(["true", "false", "one_off", "recurring"])
    .transform((value) => value !== "false").optional(),
  return_url: url.optional(),
  use_stripe_sdk: flag.optional(),
  mandate_data: kept,
  confirmation_token: unsupported,
};

interface Confirmation {
  payment_method?: string | undefined;
  return_url?: string | undefined;
  off_session?: boolean | undefined;
  error_on_requires_action?: boolean | undefined;
}

const create = route(
  "POST",
  "/v1/payment_intents",
  {
    ...shared,
    ...confirming,
    amount: integer,
    currency,
    automatic_payment_methods: z.strictObject({
      enabled: flag,
      allow_redirects: z.enum(["always", "never"]).optional(),
    }).optional(),
    confirm: flag.optional(),
    on_behalf_of: text.optional(),
  },
  (scope, params) => {
    const { confirm, error_on_requires_action, off_session, return_url, ...rest } = params;
    checkAmount(rest.amount, rest.currency, "amount");
    checkDestination(scope, rest);
    if (off_session && !confirm) {
      throw invalidRequest("off_session is only valid together with confirm.", "off_session");
    }
    if (rest.customer) requireCustomer(scope, rest.customer, "customer");
    const { use_stripe_sdk: _, mandate_data: __, payment_method: named, ...given } = rest;
    const payment_method = named && requirePaymentMethod(scope, named, "payment_method").id;
    const automatic = given.automatic_payment_methods ?? { enabled: true };
    const intent = createIntent(
      scope,
      { ...given, payment_method, automatic_payment_methods: automatic } as never,
    );
    if (!confirm) return intent;
    return confirmIntent(scope, intent, { error_on_requires_action, off_session, return_url });
  },
);

const update = route(
  "POST",
  "/v1/payment_intents/:id",
  { ...shared, amount: integer.optional(), currency: currency.optional() },
  (scope, params, { id }) => {
    const intent = paymentIntents.get(scope, id);
    if (!intent.status.startsWith("requires_")) throw unexpectedState(intent, "updated");
    const { payment_method: named, ...rest } = params;
    const transfer_data = rest.transfer_data && { ...intent.transfer_data, ...rest.transfer_data };
    const changes = defined({ ...rest, transfer_data }) as Partial<Intent>;
    checkAmount(rest.amount ?? intent.amount, rest.currency ?? intent.currency, "amount");
    checkDestination(scope, { ...intent, ...changes });
    if (rest.customer) requireCustomer(scope, rest.customer, "customer");
    const method = named && requirePaymentMethod(scope, named, "payment_method").id;
    return paymentIntents.update(scope, intent, {
      ...changes,
      ...(method && { payment_method: method, status: "requires_confirmation" }),
      metadata: mergeMetadata(intent.metadata, rest.metadata),
    } as Partial<Intent>);
  },
);

const confirm = route(
  "POST",
  "/v1/payment_intents/:id/confirm",
  {
    ...confirming,
    payment_method: text.optional(),
    receipt_email: text.optional(),
    setup_future_usage: z.enum(["off_session", "on_session"]).optional(),
  },
  (scope, params, { id }) => {
    const before = paymentIntents.get(scope, id);
    refuseCheckoutIntent(scope, before);
    const { receipt_email, setup_future_usage, payment_method, ...rest } = params;
    const changes = defined({ receipt_email, setup_future_usage }) as Partial<Intent>;
    const intent = paymentIntents.update(scope, before, changes);
    return confirmIntent(scope, intent, { payment_method, ...rest });
  },
);

function confirmIntent(scope: Scope, intent: Intent, options: Confirmation): Intent {
  if (!intent.status.startsWith("requires_")) throw unexpectedState(intent, "confirmed");
  const named = options.payment_method ?? (intent.payment_method as string | null);
  if (!named) {
    throw invalidRequest(
      "The payment intent has no payment method. Give one with payment_method.",
      "payment_method",
      "payment_intent_unexpected_state",
    );
  }
  const method = requirePaymentMethod(scope, named, "payment_method");
  checkUsable(scope, method, intent.customer);
  checkDestination(scope, intent);
  const offSession = Boolean(options.off_session || options.error_on_requires_action);
  const after = attemptPayment(scope, intent, method.id, { offSession });
  bookPayment(scope, after);
  if (after.status === "requires_payment_method") throw refusal(after);
  if (after.status !== "requires_action") return after;
  const action = after.next_action?.redirect_to_url;
  return paymentIntents.update(scope, after, {
    next_action: {
      type: "redirect_to_url",
      redirect_to_url: { url: action?.url ?? null, return_url: options.return_url ?? null },
    },
  });
}

function refusal(intent: Intent): StripeApiError {
  const failure = intent.last_payment_error;
  return new StripeApiError(402, failure?.message ?? "The payment failed.", {
    type: "card_error",
    code: failure?.code ?? "card_declined",
    decline_code: failure?.decline_code ?? "generic_decline",
    ...(typeof failure?.charge === "string" && { charge: failure.charge }),
    payment_intent: intent,
    payment_method: failure?.payment_method,
  });
}

/** A checkout session alone decides over the intent it made. */
function refuseCheckoutIntent(scope: Scope, intent: Intent): void {
  if (!sessionOf(scope, intent.id)) return;
  throw new StripeApiError(
    400,
    "This payment intent was made by a checkout session: use the session, or expire it.",
    { code: "payment_intent_unexpected_state", payment_intent: intent },
  );
}

function unexpectedState(intent: Intent, verb: string): StripeApiError {
  return new StripeApiError(
    400,
    `This payment intent cannot be ${verb}: its status is ${intent.status}.`,
    { code: "payment_intent_unexpected_state", payment_intent: intent },
  );
}

const cancel = route(
  "POST",
  "/v1/payment_intents/:id/cancel",
  {
    cancellation_reason: z.enum(["duplicate", "fraudulent", "requested_by_customer", "abandoned"])
      .optional(),
  },
  (scope, params, { id }) => {
    const intent = paymentIntents.get(scope, id);
    refuseCheckoutIntent(scope, intent);
    return cancelIntent(scope, intent, params.cancellation_reason ?? null);
  },
);

export const paymentIntentResource: Resource = {
  object: "payment_intent",
  routes: [
    create,
    listRoute(
      "/v1/payment_intents",
      paymentIntents,
      { customer: text.optional() },
      (intent, wanted) => (wanted.customer ?? intent.customer) === intent.customer,
    ),
    retrieveRoute("/v1/payment_intents", paymentIntents),
    update,
    confirm,
    cancel,
  ],
  expands: {
    customer: reference("customer", () => customers),
    latest_charge: reference("latest_charge", () => charges),
    payment_method: reference("payment_method", () => paymentMethods),
  },
};
