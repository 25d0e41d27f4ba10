import type Stripe from "stripe";
import { z } from "zod";
import { example } from "../fixtures/example.ts";
import { resourceMissing } from "../http/errors.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { email, integer, kept, metadata, text, unsettable, unsupported } from "../http/params.ts";
import type { Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { newId, randomText } from "../ids.ts";
import { changed, defined, mergeMetadata } from "../objects.ts";
import type { Scope } from "../scope.ts";
import { collection } from "../store/collection.ts";

type Customer = Stripe.Customer;

export const customers = collection<Customer>("customer");

const fields = {
  address: kept,
  balance: integer.optional(),
  business_name: unsettable(text).optional(),
  description: unsettable(text).optional(),
  email: unsettable(email).optional(),
  individual_name: unsettable(text).optional(),
  metadata: unsettable(metadata).optional(),
  name: unsettable(text).optional(),
  phone: unsettable(text).optional(),
  preferred_locales: z.array(text).optional(),
  shipping: kept,
  tax_exempt: z.enum(["", "exempt", "none", "reverse"]).optional(),
  source: unsupported,
  cash_balance: unsupported,
  tax: unsupported,
};

/** Makes a customer, for the API or for a checkout that creates one. */
export function createCustomer(scope: Scope, given: Partial<Customer>): Customer {
  const customer = customers.put(scope, {
    ...example<Customer>("customer"),
    address: null,
    currency: null,
    discount: null,
    invoice_prefix: randomText(8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    shipping: null,
    ...defined(given),
    metadata: given.metadata ?? {},
    id: newId("cus", 14),
    created: scope.seconds(),
  } as Customer);
  scope.emit("customer.created", customer);
  return customer;
}

/** The customer a parameter names; a deleted one counts as missing. */
export function requireCustomer(scope: Scope, id: string, param: string): Customer {
  const customer = customers.get(scope, id, param);
  if (customer.deleted as unknown) throw resourceMissing("customer", id, param);
  return customer;
}

const update = route("POST", "/v1/customers/:id", fields, (scope, params, { id }) => {
  const before = customers.get(scope, id);
  if (before.deleted as unknown) throw resourceMissing("customer", id);
  const after = customers.update(scope, before, {
    ...defined(params),
    metadata: mergeMetadata(before.metadata, params.metadata),
  } as Partial<Customer>);
  scope.emit("customer.updated", after, changed(before, after));
  return after;
});

const remove = route("DELETE", "/v1/customers/:id", {}, (scope, _params, { id }) => {
  const customer = customers.get(scope, id);
  const tombstone = { id, object: "customer", deleted: true };
  // A deleted customer stays readable as such, since payments go on referring to it.
  customers.put(scope, tombstone as unknown as Customer);
  if (!(customer.deleted as unknown)) scope.emit("customer.deleted", customer);
  return tombstone;
});

export const customerResource: Resource = {
  object: "customer",
  routes: [
    route(
      "POST",
      "/v1/customers",
      { ...fields, payment_method: unsupported, tax_id_data: unsupported },
      (scope, params) => createCustomer(scope, params as object),
    ),
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
