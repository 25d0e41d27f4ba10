import type Stripe from "stripe";
import { newId } from "../core/ids.ts";
import { defined } from "../core/objects.ts";
import { example } from "../fixtures/example.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

type Product = Stripe.Product;

export const products = collection<Product>("product");

export type Fields = Partial<Omit<Product, "metadata" | "url">> & { name: string };

/** Creates a product. Also used for the product in a line item's `price_data.product_data`. */
export function createProduct(scope: Scope, given: Fields, events = true): Product {
  const created = scope.seconds();
  const product = products.put(scope, {
    ...example<Product>("product"),
    active: true,
    default_price: null,
    description: null,
    package_dimensions: null,
    tax_details: null,
    type: "service",
    images: [],
    metadata: {},
    ...defined(given),
    id: given.id ?? newId("prod", 14),
    created,
    updated: created,
  });
  if (events) scope.emit("product.created", product);
  return product;
}
