import type Stripe from "stripe";
import { z } from "zod";
import { example } from "../fixtures/example.ts";
import { invalidRequest } from "../http/errors.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import {
  currency,
  flag,
  metadata,
  natural,
  text,
  unsettable,
  unsupported,
} from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { newId } from "../ids.ts";
import { changed, defined, mergeMetadata } from "../objects.ts";
import type { Scope } from "../scope.ts";
import { collection } from "../store/collection.ts";
import { createProduct, products } from "./products.ts";

type Price = Stripe.Price;

export const prices = collection<Price>("price");

const taxBehavior = z.enum(["exclusive", "inclusive", "unspecified"]).optional();
const wholeCents = z.string().regex(
  /^\d{1,12}(\.0+)?$/,
  "Fractions of a minor unit are not emulated.",
)
  .transform((value) => Number(value));

/** A price given in place, as checkout's line items have it. */
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

type PriceData = z.output<typeof priceData>;

/**
 * Makes a one-time price.
 * @param at the name of the parameter that holds the data, for errors
 * @param inline a price in place: inactive, and announced by no event, as with Stripe
 */
export function createPrice(scope: Scope, data: PriceData, at: string, inline = false): Price {
  const amount = data.unit_amount ?? data.unit_amount_decimal;
  const param = (name: string) => at === "" ? name : `${at}[${name}]`;
  if (amount === undefined) {
    const name = param("unit_amount");
    throw invalidRequest(`Missing required param: ${name}.`, name, "parameter_missing");
  }
  if ((data.product === undefined) === (data.product_data === undefined)) {
    throw invalidRequest("Give either product or product_data.", param("product"));
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
    // On the wire a decimal is text; the SDK makes its Decimal of it.
    unit_amount_decimal: String(amount) as never,
  });
}

const extras = {
  active: flag.optional(),
  lookup_key: text.optional(),
  metadata: unsettable(metadata).optional(),
  nickname: text.optional(),
  currency_options: unsupported,
  transfer_lookup_key: unsupported,
};

const create = route(
  "POST",
  "/v1/prices",
  {
    ...priceData.shape,
    ...extras,
    billing_scheme: z.enum(["per_unit"]).optional(),
    custom_unit_amount: unsupported,
    tiers: unsupported,
    tiers_mode: unsupported,
    transform_quantity: unsupported,
  },
  (scope, { active, lookup_key, metadata: given, nickname, billing_scheme: _, ...data }) => {
    if (lookup_key && prices.all(scope).some((price) => price.lookup_key === lookup_key)) {
      throw invalidRequest("Another price has this lookup_key.", "lookup_key");
    }
    const price = createPrice(scope, data as PriceData, "");
    const extra = defined({ active, lookup_key, nickname, metadata: given ?? undefined });
    const whole = prices.update(scope, price, extra as Partial<Price>);
    scope.emit("price.created", whole);
    return whole;
  },
);

const update = route(
  "POST",
  "/v1/prices/:id",
  { ...extras, tax_behavior: taxBehavior },
  (scope, params, { id }) => {
    const before = prices.get(scope, id);
    const after = prices.update(scope, before, {
      ...defined(params),
      metadata: mergeMetadata(before.metadata, params.metadata),
    } as Partial<Price>);
    scope.emit("price.updated", after, changed(before, after));
    return after;
  },
);

const filters = {
  active: flag.optional(),
  currency: currency.optional(),
  lookup_keys: z.array(text).max(10).optional(),
  product: text.optional(),
  type: z.enum(["one_time", "recurring"]).optional(),
};

export const priceResource: Resource = {
  object: "price",
  routes: [
    create,
    listRoute(
      "/v1/prices",
      prices,
      filters,
      (price, wanted) =>
        (wanted.active ?? price.active) === price.active &&
        (wanted.currency ?? price.currency) === price.currency &&
        (wanted.product ?? price.product) === price.product &&
        (wanted.type ?? price.type) === price.type &&
        (wanted.lookup_keys?.includes(price.lookup_key ?? "") ?? true),
    ),
    retrieveRoute("/v1/prices", prices),
    update,
  ],
  expands: { product: reference("product", () => products) },
};
