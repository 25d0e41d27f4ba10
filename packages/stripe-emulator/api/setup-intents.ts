import type Stripe from "stripe";
import { z } from "zod";
import { defined, mergeMetadata } from "../core/objects.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { flag, metadata, storedOnly, text, unsettable, unsupported, url } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import {
  cancelSetupIntent,
  confirmSetup,
  refuseCheckoutIntent,
  unexpectedState,
} from "../payments/setup-intents.ts";
import { customers, requireCustomer } from "../resources/customers.ts";
import { paymentMethods, requirePaymentMethod } from "../resources/payment-methods.ts";
import { createSetupIntent, setupIntents } from "../resources/setup-intents.ts";

type SetupIntent = Stripe.SetupIntent;

const shared = {
  customer: text.optional(),
  description: text.optional(),
  metadata: unsettable(metadata).optional(),
  payment_method: text.optional(),
  payment_method_options: storedOnly,
  allowed_payment_method_types: z.array(text).optional(),
  payment_method_data: unsupported,
};

const confirming = {
  return_url: url.optional(),
  use_stripe_sdk: flag.optional(),
  mandate_data: storedOnly,
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
