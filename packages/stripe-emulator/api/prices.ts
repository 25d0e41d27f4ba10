import type Stripe from "stripe";
import { z } from "zod";
import { invalidRequest } from "../core/errors.ts";
import { changed, defined, mergeMetadata } from "../core/objects.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { currency, flag, metadata, text, unsettable, unsupported } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import {
  createPrice,
  type PriceData,
  priceData,
  prices,
  taxBehavior,
} from "../resources/prices.ts";
import { products } from "../resources/products.ts";

type Price = Stripe.Price;

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
