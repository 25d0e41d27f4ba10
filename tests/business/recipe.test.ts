/** The code of docs/recipes/sell-to-businesses.md runs as printed. */
import { deepEqual, equal, match } from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { proven, withDeliveries } from "../support/project/database.ts";
import { signUp } from "../support/project/people.ts";
import { snippet, typeCheck, writeModules } from "../support/project/printed-snippets.ts";
import { readWorld } from "../support/project/world.ts";
import { balanceOf, orderBecomes } from "../support/money/purchases.ts";
import { stripeOf } from "../support/money/stripe.ts";
import { open, set, withPackage } from "./shop.ts";

const world = readWorld();
const server = createClient(world.url, world.secretKey, { auth: { persistSession: false } });

const PAGES = {
  "docs/recipes/sell-to-businesses.md": [
    snippet("settings", ["server"], ["preview", "changed"]),
    snippet("code", ["stripe"], ["code"]),
    snippet("order", ["supabase", "stripe", "order_id"], [
      ...["amount", "amount_discount", "amount_tax", "amount_total"],
      ...["number", "hosted_invoice_url"],
    ]),
  ],
};

const DEFAULTS = {
  checkout_automatic_tax: false,
  checkout_tax_behavior: "inclusive",
  checkout_tax_ids: false,
  checkout_invoices: false,
  checkout_promotion_codes: false,
};

const BUSINESS = { country: "SE", business_name: "Bolaget AB", tax_id: "SE123456789001" };

interface Answer {
  dry_run: boolean;
  changes: { fields: { field: string }[] }[];
}

Deno.test("the recipe for businesses runs as printed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "businesses-" });
  const run = async <T>(name: string, given: object): Promise<T> =>
    (await import(`file://${folder}/${name}.ts`)).run(given);
  const stripe = stripeOf(world);
  try {
    await typeCheck(await writeModules(folder, PAGES));
    const { preview, changed } = await run<{ preview: Answer; changed: Answer }>("settings", {
      server,
    });
    deepEqual([preview.dry_run, changed.dry_run], [true, false]);
    deepEqual(
      changed.changes[0]?.fields.map(({ field }) => field),
      Object.keys(DEFAULTS).toSorted(),
    );
    deepEqual(preview.changes, changed.changes);
    const { code } = await run<{ code: string }>("code", { stripe });
    const buyer = await signUp(world);
    const order_id = await withPackage(world, async (id) => {
      const { checkout } = await open(world, buyer, id);
      return await withDeliveries(world, "shared", async () => {
        const details = { ...BUSINESS, promotion_code: code };
        await payCheckout(checkout.checkout_url, "4242424242424242", { details });
        return (await orderBecomes(world, buyer, checkout.order_id, "paid")).order_id;
      });
    });
    const { supabase } = buyer;
    const shown = await run<Record<string, unknown>>("order", { supabase, stripe, order_id });
    const { number, hosted_invoice_url, ...amounts } = shown;
    deepEqual(amounts, {
      amount: 10_000,
      amount_discount: 2_000,
      amount_tax: 1_520,
      amount_total: 9_520,
    });
    match(String(number), /-0001$/);
    match(await (await fetch(String(hosted_invoice_url))).text(), /Bolaget AB/);
    equal((await balanceOf(world, buyer.id)).balance, "1100");
    await proven(world);
  } finally {
    await set(world, DEFAULTS);
    await Deno.remove(folder, { recursive: true });
  }
});
