import type Stripe from "stripe";
import { z } from "zod";
import { invalidRequest, resourceMissing } from "../core/errors.ts";
import { changed, defined, mergeMetadata } from "../core/objects.ts";
import { listRoute, paginate, paging, retrieveRoute } from "../http/pagination.ts";
import { integer, metadata, storedOnly, text, unsettable } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { attach, checkSavable, detach } from "../payments/saved-methods.ts";
import { customers, requireCustomer } from "../resources/customers.ts";
import { createCard, paymentMethods, requirePaymentMethod } from "../resources/payment-methods.ts";
import type { Scope } from "../store/scope.ts";

type PaymentMethod = Stripe.PaymentMethod;

const filters = { customer: text.optional(), type: text.optional(), allow_redisplay: storedOnly };

const billingDetails = z.strictObject({
  address: storedOnly,
  email: unsettable(text).optional(),
  name: unsettable(text).optional(),
  phone: unsettable(text).optional(),
});

const cardInput = z.union([
  z.strictObject({ token: z.string().regex(/^tok_/, "This value must begin with tok_.") }),
  z.strictObject({
    number: z.string().regex(/^\d{12,19}$/, "This value must be a card number."),
    exp_month: integer,
    exp_year: integer,
    cvc: text.optional(),
  }),
]);

const create = route(
  "POST",
  "/v1/payment_methods",
  {
    type: z.enum(["card"]),
    card: cardInput,
    billing_details: billingDetails.optional(),
    metadata: metadata.optional(),
    allow_redisplay: storedOnly,
  },
  (scope, { card, billing_details, ...rest }) => {
    const method = "number" in card
      ? createCard(scope, card)
      // Stripe's test tokens are named like its test payment methods: `tok_visa` and
      // `pm_card_visa`.
      : requirePaymentMethod(scope, card.token.replace("tok_", "pm_card_"), "card[token]");
    return change(scope, method, { ...rest, billing_details });
  },
);

const update = route(
  "POST",
  "/v1/payment_methods/:id",
  {
    billing_details: billingDetails.optional(),
    card: z.strictObject({ exp_month: integer.optional(), exp_year: integer.optional() })
      .optional(),
    metadata: unsettable(metadata).optional(),
    allow_redisplay: storedOnly,
  },
  (scope, params, { id }) => {
    const before = paymentMethods.get(scope, id);
    if (before.customer === null) {
      throw invalidRequest("A payment method must be attached to a customer to be updated.");
    }
    const after = change(scope, before, params);
    scope.emit("payment_method.updated", after, changed(before, after));
    return after;
  },
);

interface Changes {
  billing_details?: z.output<typeof billingDetails> | undefined;
  card?: { exp_month?: number | undefined; exp_year?: number | undefined } | undefined;
  metadata?: Record<string, string> | null | undefined;
  allow_redisplay?: unknown;
}

function change(scope: Scope, method: PaymentMethod, changes: Changes): PaymentMethod {
  const { allow_redisplay, billing_details = {}, card, metadata: given } = changes;
  return paymentMethods.update(scope, method, {
    ...defined({ allow_redisplay }),
    billing_details: { ...method.billing_details, ...defined(billing_details) },
    ...(method.card && card && { card: { ...method.card, ...defined(card) } }),
    metadata: mergeMetadata(method.metadata ?? {}, given),
  } as Partial<PaymentMethod>);
}

const attachRoute = route(
  "POST",
  "/v1/payment_methods/:id/attach",
  { customer: text },
  (scope, params, { id }) => {
    const customer = requireCustomer(scope, params.customer, "customer").id;
    const method = requirePaymentMethod(scope, id);
    checkSavable(scope, method);
    return attach(scope, method.id, customer);
  },
);

const detachRoute = route(
  "POST",
  "/v1/payment_methods/:id/detach",
  {},
  (scope, _params, { id }) => detach(scope, paymentMethods.get(scope, id)),
);

const ofCustomer = "/v1/customers/:id/payment_methods";

const listOfCustomer = route(
  "GET",
  ofCustomer,
  { ...paging, type: text.optional(), allow_redisplay: storedOnly },
  (scope, { type, allow_redisplay: _, ...page }, { id }) => {
    requireCustomer(scope, id);
    const found = paymentMethods.all(scope).reverse()
      .filter((each) => each.customer === id && (type ?? each.type) === each.type);
    return paginate(found, page, ofCustomer.replace(":id", id), (cursor, param) => {
      paymentMethods.get(scope, cursor, param);
    });
  },
);

const retrieveOfCustomer = route(
  "GET",
  `${ofCustomer}/:method`,
  {},
  (scope, _params, { id, method = "" }) => {
    requireCustomer(scope, id);
    const found = paymentMethods.find(scope, method);
    if (found?.customer === id) return found;
    throw resourceMissing("payment_method", method);
  },
);

export const paymentMethodResource: Resource = {
  object: "payment_method",
  routes: [
    create,
    listRoute(
      "/v1/payment_methods",
      paymentMethods,
      filters,
      (method, wanted) =>
        (wanted.customer ?? method.customer) === method.customer &&
        (wanted.type ?? method.type) === method.type,
    ),
    retrieveRoute("/v1/payment_methods", paymentMethods),
    update,
    attachRoute,
    detachRoute,
    listOfCustomer,
    retrieveOfCustomer,
  ],
  expands: { customer: reference("customer", () => customers) },
};
