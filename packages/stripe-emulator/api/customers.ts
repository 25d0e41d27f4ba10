import type Stripe from "stripe";
import { z } from "zod";
import { invalidRequest, resourceMissing } from "../core/errors.ts";
import { changed, defined, mergeMetadata } from "../core/objects.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import {
  email,
  integer,
  metadata,
  storedOnly,
  text,
  unsettable,
  unsupported,
} from "../http/params.ts";
import type { Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { attach, checkSavable, detach } from "../payments/saved-methods.ts";
import { createCustomer, customers } from "../resources/customers.ts";
import { paymentMethods, requirePaymentMethod } from "../resources/payment-methods.ts";
import type { Scope } from "../store/scope.ts";

type Customer = Stripe.Customer;

const fields = {
  address: storedOnly,
  balance: integer.optional(),
  business_name: unsettable(text).optional(),
  description: unsettable(text).optional(),
  email: unsettable(email).optional(),
  individual_name: unsettable(text).optional(),
  metadata: unsettable(metadata).optional(),
  name: unsettable(text).optional(),
  phone: unsettable(text).optional(),
  preferred_locales: z.array(text).optional(),
  invoice_settings: z.strictObject({ default_payment_method: unsettable(text).optional() })
    .optional(),
  shipping: storedOnly,
  tax_exempt: z.enum(["", "exempt", "none", "reverse"]).optional(),
  source: unsupported,
  cash_balance: unsupported,
  tax: unsupported,
};

const update = route("POST", "/v1/customers/:id", fields, (scope, params, { id }) => {
  const before = customers.get(scope, id);
  if (before.deleted as unknown) throw resourceMissing("customer", id);
  const { invoice_settings, ...rest } = params;
  const method = invoice_settings?.default_payment_method;
  if (method) checkOwned(scope, method, id);
  const after = customers.update(scope, before, {
    ...defined(rest),
    invoice_settings: { ...before.invoice_settings, ...defined(invoice_settings ?? {}) },
    metadata: mergeMetadata(before.metadata, params.metadata),
  } as Partial<Customer>);
  scope.emit("customer.updated", after, changed(before, after));
  return after;
});

function checkOwned(scope: Scope, method: string, customer: string): void {
  if (paymentMethods.find(scope, method)?.customer === customer) return;
  const param = "invoice_settings[default_payment_method]";
  throw invalidRequest("The payment method must be attached to the customer.", param);
}

const create = route(
  "POST",
  "/v1/customers",
  { ...fields, payment_method: text.optional(), tax_id_data: unsupported },
  (scope, { payment_method: named, invoice_settings, ...params }) => {
    const customer = createCustomer(scope, params as object);
    const method = named && requirePaymentMethod(scope, named, "payment_method");
    if (method) {
      checkSavable(scope, method);
      attach(scope, method.id, customer.id);
    }
    const wanted = invoice_settings?.default_payment_method;
    if (!wanted) return customer;
    const default_payment_method = method && wanted === named ? method.id : wanted;
    checkOwned(scope, default_payment_method, customer.id);
    return customers.update(scope, customer, {
      invoice_settings: { ...customer.invoice_settings, default_payment_method },
    });
  },
);

const remove = route("DELETE", "/v1/customers/:id", {}, (scope, _params, { id }) => {
  const customer = customers.get(scope, id);
  const tombstone = { id, object: "customer", deleted: true };
  // A deleted customer can still be retrieved, because payments refer to the customer.
  customers.put(scope, tombstone as unknown as Customer);
  if (customer.deleted as unknown) return tombstone;
  scope.emit("customer.deleted", customer);
  const owned = paymentMethods.all(scope).filter((method) => method.customer === id);
  for (const method of owned) detach(scope, method);
  return tombstone;
});

export const customerResource: Resource = {
  object: "customer",
  routes: [
    create,
    listRoute(
      "/v1/customers",
      customers,
      { email: text.optional() },
      (customer, wanted) =>
        !(customer.deleted as unknown) && (wanted.email ?? customer.email) === customer.email,
    ),
    retrieveRoute("/v1/customers", customers),
    update,
    remove,
  ],
  expands: {},
};
