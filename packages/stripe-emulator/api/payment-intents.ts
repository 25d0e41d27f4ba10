import type Stripe from "stripe";
import { z } from "zod";
import { checkDestination } from "../connect/check-destination.ts";
import { invalidRequest } from "../core/errors.ts";
import { defined, mergeMetadata } from "../core/objects.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import {
  currency,
  flag,
  integer,
  metadata,
  natural,
  storedOnly,
  text,
  unsettable,
  unsupported,
  url,
} from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { checkAmount } from "../payments/check-amount.ts";
import {
  cancelIntent,
  confirmIntent,
  refuseCheckoutIntent,
  unexpectedState,
} from "../payments/payment-intents.ts";
import { charges } from "../resources/charges.ts";
import { customers, requireCustomer } from "../resources/customers.ts";
import { createIntent, paymentIntents } from "../resources/payment-intents.ts";
import { paymentMethods, requirePaymentMethod } from "../resources/payment-methods.ts";

type Intent = Stripe.PaymentIntent;

const shared = {
  application_fee_amount: unsettable(natural).optional(),
  capture_method: z.enum(["automatic", "automatic_async"]).optional(),
  customer: text.optional(),
  description: text.optional(),
  metadata: unsettable(metadata).optional(),
  payment_method: text.optional(),
  receipt_email: unsettable(text).optional(),
  setup_future_usage: unsettable(z.enum(["off_session", "on_session"])).optional(),
  shipping: storedOnly,
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
  mandate_data: storedOnly,
  confirmation_token: unsupported,
};

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
