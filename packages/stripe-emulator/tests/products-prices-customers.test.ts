import { deepEqual, equal } from "node:assert/strict";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { refusal } from "./harness.ts";

Deno.test("products are created, changed, listed and deleted, with their events", async () => {
  await using emulator = await startTestEmulator();
  const { products, prices, events } = emulator.stripe;
  const product = await products.create({ name: "Plus", id: "plus", images: ["http://x/a.png"] });
  equal(product.id, "plus");
  equal(
    (await refusal(products.create({ name: "Plus", id: "plus" }))).code,
    "resource_already_exists",
  );
  const price = await prices.create({ product: "plus", currency: "usd", unit_amount: 100 });
  const changed = await products.update("plus", {
    active: false,
    default_price: price.id,
    images: "",
    description: "More",
  });
  deepEqual([changed.active, changed.default_price, changed.images], [false, price.id, []]);
  equal((await products.list({ active: true })).data.length, 0);
  equal((await refusal(products.del("plus"))).statusCode, 400);
  const free = await products.create({ name: "Free" });
  equal((await products.del(free.id)).deleted, true);
  equal((await refusal(products.retrieve(free.id))).statusCode, 404);
  const { data: [updated] } = await events.list({ type: "product.updated" });
  equal((updated?.data.previous_attributes as { active: boolean }).active, true);
});

Deno.test("prices are found by lookup key and product, and have decimals as texts", async () => {
  await using emulator = await startTestEmulator();
  const { prices } = emulator.stripe;
  const price = await prices.create({
    product_data: { name: "Plus" },
    currency: "usd",
    unit_amount: 2_499,
    lookup_key: "plus",
    metadata: { credits: "24990" },
  });
  equal(String(price.unit_amount_decimal), "2499");
  equal((await prices.list({ lookup_keys: ["plus"] })).data[0]?.id, price.id);
  const product = String(price.product);
  equal((await prices.list({ product, expand: ["data.product"] })).data.length, 1);
  equal((await prices.update(price.id, { active: false })).active, false);
  const duplicate = { product, currency: "usd", unit_amount: 1, lookup_key: "plus" };
  equal((await refusal(prices.create(duplicate))).param, "lookup_key");
  const recurring = { product, currency: "usd", unit_amount: 1, recurring: { interval: "month" } };
  equal((await refusal(prices.create(recurring as never))).param, "recurring");
});

Deno.test("customers are changed with idempotency keys, and stay readable after deletion", async () => {
  await using emulator = await startTestEmulator();
  const { customers } = emulator.stripe;
  const { id } = await customers.create({ email: "a@example.com", metadata: { user: "1" } });
  const changed = await customers.update(id, { name: "Ada", metadata: { user: "", plan: "x" } });
  deepEqual([changed.name, changed.metadata], ["Ada", { plan: "x" }]);
  deepEqual((await customers.update(id, { metadata: "" })).metadata, {});
  await customers.del(id);
  equal((await customers.retrieve(id)).deleted as unknown, true);
  equal((await customers.list()).data.length, 0);
  equal((await refusal(customers.update(id, { name: "B" }))).code, "resource_missing");
});

Deno.test("metadata beyond Stripe's limits is refused", async () => {
  await using emulator = await startTestEmulator();
  const { customers } = emulator.stripe;
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, "v"]));
  for (const metadata of [many, { a: "v".repeat(501) }, { ["k".repeat(41)]: "v" }]) {
    equal((await refusal(customers.create({ metadata }))).statusCode, 400);
  }
});
