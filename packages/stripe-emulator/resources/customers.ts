import type Stripe from "stripe";
import { resourceMissing } from "../core/errors.ts";
import { newId, randomText } from "../core/ids.ts";
import { defined } from "../core/objects.ts";
import { example } from "../fixtures/example.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

type Customer = Stripe.Customer;

export const customers = collection<Customer>("customer");

/** Creates a customer, for the API or for a checkout session. */
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

/** Returns the customer that a parameter names. A deleted customer counts as not found. */
export function requireCustomer(scope: Scope, id: string, param?: string): Customer {
  const customer = customers.get(scope, id, param);
  if (customer.deleted as unknown) throw resourceMissing("customer", id, param);
  return customer;
}
