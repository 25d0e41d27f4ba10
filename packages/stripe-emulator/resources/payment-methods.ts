import type Stripe from "stripe";
import { z } from "zod";
import { example } from "../fixtures/example.ts";
import { invalidRequest, resourceMissing } from "../http/errors.ts";
import { listRoute, paginate, paging, retrieveRoute } from "../http/pagination.ts";
import { integer, kept, metadata, text, unsettable } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { newId } from "../ids.ts";
import { changed, defined, mergeMetadata } from "../objects.ts";
import { findCard, READY_MADE } from "../payments/cards.ts";
import { attach, checkSavable, detach } from "../payments/saved-methods.ts";
import type { Scope } from "../scope.ts";
import { collection } from "../store/collection.ts";
import { customers, requireCustomer } from "./customers.ts";

type PaymentMethod = Stripe.PaymentMethod;

export const paymentMethods = collection<PaymentMethod>("payment_method");

/** What the emulator knows of a payment method and Stripe's object does not show. */
export interface Secret {
  id: string;
  /** Name of the card's behaviour. */
  behaviour: string;
  /** Saved for payments while the buyer is away. */
  setUp?: boolean;
  /** Was used without a customer, or detached from one: may not be used again. */
  usedUp?: boolean;
}

export const paymentMethodSecrets = collection<Secret>("payment_method_secret");

interface CardInput {
  number: string;
  exp_month: number;
  exp_year: number;
  email?: string | undefined;
  name?: string | undefined;
}

export function createCard(scope: Scope, input: CardInput): PaymentMethod {
  const known = findCard(input.number);
  const draft = example<PaymentMethod>("payment_method");
  const method = paymentMethods.put(scope, {
    ...draft,
    ...common(scope, input),
    type: "card",
    card: {
      ...draft.card,
      brand: known.brand,
      display_brand: known.brand,
      country: known.country,
      funding: known.funding,
      exp_month: input.exp_month,
      exp_year: input.exp_year,
      fingerprint: fingerprintOf(input.number),
      last4: input.number.slice(-4),
      networks: { available: [known.brand], preferred: null },
      generated_from: null,
      wallet: null,
    } as Stripe.PaymentMethod.Card,
  });
  paymentMethodSecrets.put(scope, { id: method.id, behaviour: known.behaviour });
  return method;
}

/** A bank account that is debited: the money is certain only days later. */
export function createBankAccount(
  scope: Scope,
  input: Pick<CardInput, "email" | "name">,
): PaymentMethod {
  const { card: _, ...draft } = example<PaymentMethod>("payment_method");
  return paymentMethods.put(scope, {
    ...draft,
    ...common(scope, input),
    type: "us_bank_account",
    us_bank_account: {
      account_holder_type: "individual",
      account_type: "checking",
      bank_name: "STRIPE TEST BANK",
      financial_connections_account: null,
      fingerprint: fingerprintOf("000123456789"),
      last4: "6789",
      networks: { preferred: "ach", supported: ["ach"] },
      routing_number: "110000000",
      status_details: null,
    },
  });
}

/** Resolves a payment method parameter; each use of a ready-made name is a new payment method. */
export function requirePaymentMethod(scope: Scope, id: string, param?: string): PaymentMethod {
  if (id === "pm_usBankAccount") return createBankAccount(scope, {});
  const number = READY_MADE[id];
  if (number === undefined) return paymentMethods.get(scope, id, param);
  return createCard(scope, { number, exp_month: 12, exp_year: scope.now().getFullYear() + 5 });
}

function common(scope: Scope, { email, name }: Pick<CardInput, "email" | "name">) {
  return {
    id: newId("pm"),
    created: scope.seconds(),
    customer: null,
    metadata: {},
    billing_details: {
      address: {
        city: null,
        country: null,
        line1: null,
        line2: null,
        postal_code: null,
        state: null,
      },
      email: email ?? null,
      name: name ?? null,
      phone: null,
      tax_id: null,
    },
  };
}

/** The same number gives the same fingerprint, by which a card is recognised; 16 characters. */
function fingerprintOf(number: string): string {
  const mixed = [...number].reduce((sum, digit) => (sum * 31n + BigInt(digit)) % (1n << 83n), 7n);
  return mixed.toString(36).padStart(16, "0").slice(-16);
}

const filters = { customer: text.optional(), type: text.optional(), allow_redisplay: kept };

const billingDetails = z.strictObject({
  address: kept,
  email: unsettable(text).optional(),
  name: unsettable(text).optional(),
  phone: unsettable(text).optional(),
});

const cardInput = z.union([
  z.strictObject({ token: z.string().regex(/^tok_/, "Not a token.") }),
  z.strictObject({
    number: z.string().regex(/^\d{12,19}$/, "Not a card number."),
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
    allow_redisplay: kept,
  },
  (scope, { card, billing_details, ...rest }) => {
    const method = "number" in card
      ? createCard(scope, card)
      // Stripe's test tokens are named as its test payment methods are.
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
    allow_redisplay: kept,
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
  { ...paging, type: text.optional(), allow_redisplay: kept },
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
