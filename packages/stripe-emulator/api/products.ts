import type Stripe from "stripe";
import { z } from "zod";
import { invalidRequest } from "../core/errors.ts";
import { changed, defined, mergeMetadata } from "../core/objects.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { flag, metadata, storedOnly, text, unsettable, unsupported, url } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { prices } from "../resources/prices.ts";
import { createProduct, type Fields, products } from "../resources/products.ts";

type Product = Stripe.Product;

const fields = {
  active: flag.optional(),
  description: unsettable(text).optional(),
  images: unsettable(z.array(text).max(8)).optional(),
  marketing_features: unsettable(z.array(z.strictObject({ name: text }))).optional(),
  metadata: unsettable(metadata).optional(),
  package_dimensions: storedOnly,
  shippable: flag.optional(),
  statement_descriptor: text.optional(),
  tax_code: unsettable(text).optional(),
  tax_details: storedOnly,
  unit_label: unsettable(text).optional(),
  url: unsettable(url).optional(),
};

const create = route(
  "POST",
  "/v1/products",
  {
    ...fields,
    id: text.optional(),
    name: text,
    type: z.enum(["good", "service"]).optional(),
    default_price_data: unsupported,
  },
  (scope, params) => {
    if (params.id && products.find(scope, params.id)) {
      throw invalidRequest(
        "A product with this id already exists.",
        "id",
        "resource_already_exists",
      );
    }
    return createProduct(scope, { ...params, metadata: params.metadata ?? {} } as Fields);
  },
);

const update = route(
  "POST",
  "/v1/products/:id",
  { ...fields, name: text.optional(), default_price: text.optional() },
  (scope, params, { id }) => {
    const before = products.get(scope, id);
    if (params.default_price) prices.get(scope, params.default_price, "default_price");
    const after = products.update(scope, before, {
      ...defined(params),
      metadata: mergeMetadata(before.metadata, params.metadata),
      images: params.images === null ? [] : params.images ?? before.images,
      updated: scope.seconds(),
    } as Partial<Product>);
    scope.emit("product.updated", after, changed(before, after));
    return after;
  },
);

const remove = route("DELETE", "/v1/products/:id", {}, (scope, _params, { id }) => {
  const product = products.get(scope, id);
  if (prices.all(scope).some((price) => price.product === id)) {
    throw invalidRequest("A product that has prices cannot be deleted; set active to false.", "id");
  }
  products.remove(scope, id);
  scope.emit("product.deleted", product);
  return { id, object: "product", deleted: true };
});

const filters = {
  active: flag.optional(),
  ids: z.array(text).optional(),
  shippable: flag.optional(),
  url: url.optional(),
};

export const productResource: Resource = {
  object: "product",
  routes: [
    create,
    listRoute(
      "/v1/products",
      products,
      filters,
      (product, wanted) =>
        (wanted.active ?? product.active) === product.active &&
        (wanted.shippable ?? product.shippable) === product.shippable &&
        (wanted.url ?? product.url) === product.url &&
        (wanted.ids?.includes(product.id) ?? true),
    ),
    retrieveRoute("/v1/products", products),
    update,
    remove,
  ],
  expands: { default_price: reference("default_price", () => prices) },
};
