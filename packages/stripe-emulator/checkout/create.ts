import type Stripe from "stripe";
import { checkTaxBehavior, checkTaxes } from "./check-taxes.ts";
import { makeLineItems } from "./line-items.ts";
import type { SessionParams } from "./session-params.ts";
import { checkDestination } from "../connect/check-destination.ts";
import { storeTotals, totalsWith } from "./totals.ts";
import { invalidRequest, notEmulated } from "../core/errors.ts";
import { randomText } from "../core/ids.ts";
import { defined } from "../core/objects.ts";
import { example } from "../fixtures/example.ts";
import { checkAmount } from "../payments/check-amount.ts";
import {
  NOTHING_ENTERED,
  type Session,
  sessions,
  sessionSecrets,
  storeLineItems,
} from "../resources/checkout-sessions.ts";
import { requireCustomer } from "../resources/customers.ts";
import { createSetupIntent } from "../resources/setup-intents.ts";
import { requireActiveTax } from "../resources/tax-rate.ts";
import type { Scope } from "../store/scope.ts";

/**
 * The earliest and the latest allowed `expires_at`, in seconds after the session's creation. Stripe
 * has the same limits.
 */
const SHORTEST_SECONDS = 30 * 60;
const LONGEST_SECONDS = 24 * 3_600;

/** The payment methods of the hosted page: cards and one delayed method. */
const METHODS = ["card", "us_bank_account"];

/** Creates an open checkout session of the hosted page, for a single payment or to save a card. */
export function createSession(scope: Scope, params: SessionParams): Session {
  checkModes(params);
  const expires_at = checkExpiry(scope, params.expires_at);
  const customer = checkCustomer(scope, params);
  checkTaxes(params, customer);
  const id = `cs_${scope.settings.mode}_a1${randomText(56)}`;
  const intent = (params.payment_intent_data ?? {}) as Partial<Stripe.PaymentIntent>;
  const entered = { ...NOTHING_ENTERED, address: customer?.address ?? null };
  sessionSecrets.put(scope, {
    id,
    intent,
    completedBy: null,
    awaiting: null,
    entered,
    ...invoiceOf(params),
    customerUpdate: {
      address: params.customer_update?.address === "auto",
      name: params.customer_update?.name === "auto",
    },
  });
  const session = sessions.put(scope, {
    ...example<Session>("checkout.session"),
    ...blank(),
    ...storedFields(params),
    ...(params.mode === "setup" ? setup(scope, params) : payment(scope, id, params)),
    ...customerFields(params, customer),
    id,
    created: scope.seconds(),
    expires_at,
    ui_mode: "hosted_page",
    url: `${scope.settings.publicUrl}/c/pay/${id}`,
  });
  if (session.mode === "setup") return session;
  return storeTotals(scope, session, totalsWith(scope, session, entered));
}

function payment(scope: Scope, id: string, params: SessionParams) {
  const items = makeLineItems(scope, params.line_items ?? []);
  const total = items.reduce((sum, item) => sum + item.amount_total, 0);
  const currency = items[0]?.currency ?? "usd";
  if (params.currency !== undefined && params.currency !== currency) {
    throw invalidRequest("The currency must be that of the line items.", "currency");
  }
  if (params.automatic_tax?.enabled) {
    requireActiveTax(scope);
    checkTaxBehavior(items);
  }
  if (total > 0) checkAmount(total, currency, "line_items");
  checkDestination(scope, { ...params.payment_intent_data, amount: total });
  storeLineItems(scope, id, items);
  return {
    ...money(total, currency),
    payment_method_types: offeredMethods(params),
    payment_status: total === 0 ? "no_payment_required" as const : "unpaid" as const,
  };
}

/** Creates the setup intent together with the session, as Stripe does. */
function setup(scope: Scope, params: SessionParams): Partial<Session> {
  const payment_method_types = offeredMethods(params).filter((each) => each === "card");
  const intent = createSetupIntent(scope, {
    ...params.setup_intent_data,
    customer: params.customer ?? null,
    payment_method_types,
  } as Partial<Stripe.SetupIntent>);
  return {
    currency: params.currency ?? null,
    payment_method_types,
    payment_status: "no_payment_required",
    setup_intent: intent.id,
    total_details: null,
  };
}

function checkModes(params: SessionParams): void {
  if (params.mode === "subscription") throw notEmulated("checkout mode 'subscription'", "mode");
  checkMode(params, params.mode);
  const ui = params.ui_mode ?? "hosted_page";
  if (ui !== "hosted_page") throw notEmulated(`ui_mode '${ui}'`, "ui_mode");
}

function checkMode(params: SessionParams, mode: "payment" | "setup"): void {
  if (mode === "payment" && params.line_items === undefined) {
    throw invalidRequest("Missing required param: line_items.", "line_items", "parameter_missing");
  }
  const foreign = mode === "payment"
    ? ["setup_intent_data" as const]
    : ["line_items" as const, "payment_intent_data" as const];
  for (const name of foreign) {
    if (params[name]) throw invalidRequest(`${name} cannot be used in ${mode} mode.`, name);
  }
}

function checkExpiry(scope: Scope, wanted: number | undefined): number {
  const now = scope.seconds();
  const expires = wanted ?? now + LONGEST_SECONDS;
  if (expires < now + SHORTEST_SECONDS) {
    throw invalidRequest("expires_at must be at least 30 minutes from now.", "expires_at");
  }
  if (expires > now + LONGEST_SECONDS) {
    throw invalidRequest("expires_at must be at most 24 hours from now.", "expires_at");
  }
  return expires;
}

function checkCustomer(scope: Scope, params: SessionParams): Stripe.Customer | undefined {
  if (params.customer === undefined) return undefined;
  if (params.customer_email !== undefined) {
    throw invalidRequest("Send customer or customer_email, not both.", "customer_email");
  }
  if (params.customer_creation !== undefined) {
    throw invalidRequest("Send customer or customer_creation, not both.", "customer_creation");
  }
  return requireCustomer(scope, params.customer, "customer");
}

function offeredMethods(params: SessionParams): string[] {
  const allowed = params.allowed_payment_method_types ?? METHODS;
  const excluded = params.excluded_payment_method_types ?? [];
  const offered = METHODS.filter((each) => allowed.includes(each) && !excluded.includes(each));
  if (offered.length > 0) return offered;
  throw invalidRequest(
    "The session offers no payment method: exclude fewer payment method types, or allow card.",
    "excluded_payment_method_types",
  );
}

/** Returns the fields that are stored as the caller sent them. */
function storedFields(params: SessionParams): Partial<Session> {
  const { line_items: _, payment_intent_data: __, automatic_tax, invoice_creation, ...rest } =
    params;
  const { customer_update: ___, expires_at: ____, setup_intent_data: _____, ...more } = rest;
  const { metadata = {}, tax_id_collection, ...fields } = more;
  return {
    ...defined(fields),
    metadata,
    automatic_tax: { ...blank().automatic_tax, enabled: automatic_tax?.enabled ?? false },
    ...(tax_id_collection && {
      tax_id_collection: {
        enabled: tax_id_collection.enabled,
        required: tax_id_collection.required ?? "never",
      },
    }),
    invoice_creation: {
      enabled: invoice_creation?.enabled ?? false,
      invoice_data: {
        ...blank().invoice_creation?.invoice_data,
        ...defined(invoice_creation?.invoice_data ?? {}),
      },
    },
  } as Partial<Session>;
}

function invoiceOf({ invoice_creation }: SessionParams) {
  if (!invoice_creation?.enabled) return {};
  const { metadata = {}, description = null, footer = null } = invoice_creation.invoice_data ?? {};
  return { invoice: { metadata, description, footer } };
}

function money(total: number, currency: string) {
  return {
    amount_subtotal: total,
    amount_total: total,
    currency,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
  };
}

function customerFields(params: SessionParams, customer: Stripe.Customer | undefined) {
  const email = params.customer_email ?? customer?.email ?? null;
  return {
    customer: customer?.id ?? null,
    customer_creation: customer ? null : params.customer_creation ?? "if_required",
    customer_details: email === null ? null : {
      address: null,
      business_name: null,
      email,
      individual_name: null,
      name: customer?.name ?? null,
      phone: customer?.phone ?? null,
      tax_exempt: customer?.tax_exempt ?? "none",
      tax_ids: null,
    } as Stripe.Checkout.Session.CustomerDetails,
  };
}

/**
 * Returns the empty values of fields that a simple payment does not use. Without them, these fields
 * would keep the placeholders of Stripe's example.
 */
function blank(): Partial<Session> {
  return {
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allowed_payment_method_types: null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    cancel_url: null,
    collected_information: null,
    consent: null,
    currency_conversion: null,
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    consent_collection: null,
    invoice_creation: {
      enabled: false,
      invoice_data: {
        account_tax_ids: null,
        custom_fields: null,
        description: null,
        footer: null,
        issuer: null,
        metadata: null,
        rendering_options: null,
      },
    },
    managed_payments: null,
    payment_intent: null,
    payment_method_collection: "if_required",
    payment_method_configuration_details: null,
    permissions: null,
    saved_payment_method_options: null,
    shipping_address_collection: null,
    shipping_cost: null,
    status: "open",
    wallet_options: null,
  };
}
