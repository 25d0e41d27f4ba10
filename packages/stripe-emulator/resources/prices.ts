import type Stripe from "stripe";
import { z } from "zod";
import { invalidRequest } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { example } from "../fixtures/example.ts";
import { currency, metadata, natural, text, unsupported } from "../http/params.ts";
import { createProduct, products } from "./products.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

type Price = Stripe.Price;

export const prices = collection<Price>("price");

export const taxBehavior = z.enum(["exclusive", "inclusive", "unspecified"]).optional();

const wholeCents = z.string().regex(
  /^\d{1,12}(\.0+)?$/,
  "This value must be a whole number of minor units. The emulator supports no fractions.",
)
  .transform((value) => Number(value));

/** The data of a price that is defined inside a checkout's line item. */
export const priceData = z.strictObject({
  currency,
  product: text.optional(),
  product_data: z.strictObject({
    name: text,
    description: text.optional(),
    images: z.array(text).max(8).optional(),
    metadata: metadata.optional(),
    statement_descriptor: text.optional(),
    tax_code: text.optional(),
    tax_details: unsupported,
    unit_label: text.optional(),
  }).optional(),
  recurring: unsupported,
  tax_behavior: taxBehavior,
  unit_amount: natural.optional(),
  unit_amount_decimal: wholeCents.optional(),
});

export type PriceData = z.output<typeof priceData>;

/**
 * Creates a one-time price.
 * @param at the name of the parameter that holds the data, for error messages
 * @param inline whether a line item defines the price; the price is then inactive and emits no
 *   event, as in Stripe
 */
export function createPrice(scope: Scope, data: PriceData, at: string, inline = false): Price {
  const amount = data.unit_amount ?? data.unit_amount_decimal;
  const param = (name: string) => at === "" ? name : `${at}[${name}]`;
  if (amount === undefined) {
    const name = param("unit_amount");
    throw invalidRequest(`Missing required param: ${name}.`, name, "parameter_missing");
  }
  if ((data.product === undefined) === (data.product_data === undefined)) {
    throw invalidRequest("Send either product or product_data.", param("product"));
  }
  const product = data.product === undefined
    ? createProduct(scope, { active: !inline, name: "", ...data.product_data } as never, !inline)
    : products.get(scope, data.product, param("product"));
  return prices.put(scope, {
    ...example<Price>("price"),
    id: newId("price"),
    active: !inline,
    created: scope.seconds(),
    currency: data.currency,
    custom_unit_amount: null,
    metadata: {},
    product: product.id,
    recurring: null,
    tax_behavior: data.tax_behavior ?? "unspecified",
    transform_quantity: null,
    type: "one_time",
    unit_amount: amount,
    // The API sends a decimal as text, which the SDK converts to its own Decimal.
    unit_amount_decimal: String(amount) as never,
  });
}
