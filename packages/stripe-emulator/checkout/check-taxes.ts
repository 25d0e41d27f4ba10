/**
 * Stripe's rules for sessions with taxes, tax ids, invoices, promotion codes and customer updates.
 */
import type Stripe from "stripe";
import type { SessionParams } from "./session-params.ts";
import { invalidRequest } from "../core/errors.ts";

/** Parameters that are only allowed if the buyer pays something. */
const FOR_PAYMENTS = [
  "allow_promotion_codes",
  "automatic_tax",
  "invoice_creation",
  "tax_id_collection",
] as const;

export function checkTaxes(params: SessionParams, customer: Stripe.Customer | undefined): void {
  if (params.mode === "setup") checkSetup(params);
  if (params.customer_update && !customer) {
    throw invalidRequest(
      "`customer_update` can only be used with `customer`.",
      "customer_update",
    );
  }
  if (params.automatic_tax?.enabled) checkAutomaticTax(params, customer);
  if (params.tax_id_collection?.enabled && customer && params.customer_update?.name !== "auto") {
    throw invalidRequest(
      "Tax ID collection requires updating business name on the customer. To enable tax ID " +
        "collection for an existing customer, please set `customer_update[name]` to `auto`.",
    );
  }
}

function checkSetup(params: SessionParams): void {
  for (const name of FOR_PAYMENTS) {
    const value = params[name];
    const isOn = typeof value === "object" ? value.enabled : value;
    if (isOn) throw invalidRequest(`${name} cannot be used in setup mode.`, name);
  }
}

function checkAutomaticTax(params: SessionParams, customer: Stripe.Customer | undefined): void {
  const { address, shipping } = params.customer_update ?? {};
  const isAsked = address === "auto" || shipping === "auto";
  if (customer && !customer.address?.country && !isAsked) {
    throw invalidRequest(
      "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a " +
        "valid address to the Customer or set either `customer_update[address]` to 'auto' or " +
        "`customer_update[shipping]` to 'auto' to save the address entered in Checkout to the " +
        "Customer.",
      undefined,
      "customer_tax_location_invalid",
    );
  }
}

/**
 * Requires a tax behavior for each price, because the emulated account has no default tax behavior.
 */
export function checkTaxBehavior(items: Stripe.LineItem[]): void {
  const index = items.findIndex(({ price }) => price?.tax_behavior === "unspecified");
  if (index < 0) return;
  throw invalidRequest(
    "Automatic tax needs a tax_behavior on each price, because the emulated account has no " +
      "default.",
    `line_items[${index}][price_data][tax_behavior]`,
  );
}
