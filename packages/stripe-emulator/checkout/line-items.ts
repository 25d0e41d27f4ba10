import type Stripe from "stripe";
import { z } from "zod";
import { invalidRequest } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { example } from "../fixtures/example.ts";
import { integer, metadata, text, unsupported } from "../http/params.ts";
import { createPrice, priceData, prices } from "../resources/prices.ts";
import { products } from "../resources/products.ts";
import type { Scope } from "../store/scope.ts";

type LineItem = Stripe.LineItem;

export const lineItemParams = z.array(z.strictObject({
  price: text.optional(),
  price_data: priceData.optional(),
  quantity: integer.refine((value) => value > 0, "parameter_invalid_integer").optional(),
  metadata: metadata.optional(),
  adjustable_quantity: unsupported,
  tax_rates: unsupported,
})).min(1).max(100);

export type LineItemParams = z.output<typeof lineItemParams>[number];

/** Prices each line item. All line items must have the same currency. */
export function makeLineItems(scope: Scope, params: LineItemParams[]): LineItem[] {
  const items = params.map((given, index) => makeLineItem(scope, given, `line_items[${index}]`));
  const odd = items.findIndex((item) => item.currency !== items[0]?.currency);
  if (odd > 0) {
    throw invalidRequest("All line items must have the same currency.", `line_items[${odd}]`);
  }
  return items;
}

function makeLineItem(scope: Scope, given: LineItemParams, at: string): LineItem {
  const price = linePrice(scope, given, at);
  const quantity = given.quantity;
  if (quantity === undefined) {
    const param = `${at}[quantity]`;
    throw invalidRequest(`Missing required param: ${param}.`, param, "parameter_missing");
  }
  const amount = (price.unit_amount ?? 0) * quantity;
  return {
    ...example<LineItem>("item"),
    id: newId("li"),
    adjustable_quantity: null,
    amount_subtotal: amount,
    amount_total: amount,
    currency: price.currency,
    description: products.get(scope, String(price.product)).name,
    metadata: given.metadata ?? {},
    price,
    quantity,
  };
}

function linePrice(scope: Scope, given: LineItemParams, at: string): Stripe.Price {
  if ((given.price === undefined) === (given.price_data === undefined)) {
    throw invalidRequest("Send either price or price_data.", `${at}[price]`);
  }
  if (given.price_data) {
    return createPrice(scope, given.price_data, `${at}[price_data]`, true);
  }
  const price = prices.get(scope, given.price ?? "", `${at}[price]`);
  if (!price.active) throw invalidRequest("The price is inactive.", `${at}[price]`);
  return price;
}
