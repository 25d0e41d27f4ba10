/** A business buys credits on Stripe's hosted page, in a real browser. */
import { deepEqual, equal } from "node:assert/strict";
import type { Page } from "playwright-core";
import { openBrowser, withPage } from "../chromium.ts";
import { makeCode, open, withPackage, withSettings } from "../../business/shop.ts";
import { proven, withDeliveries } from "../../support/project/database.ts";
import { type Person, signUp } from "../../support/project/people.ts";
import { balanceOf, orderBecomes } from "../../support/money/purchases.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();

const SETTINGS = {
  checkout_automatic_tax: true,
  checkout_tax_behavior: "exclusive",
  checkout_tax_ids: true,
  checkout_promotion_codes: true,
};

/** Returns the rows of the page's table: names and amounts. */
async function rowsOf(page: Page): Promise<string[]> {
  const rows = await page.getByRole("row").allInnerTexts();
  return rows.map((row) => row.replace(/\s+/g, " ").trim());
}

async function buys(page: Page, buyer: Person, packageId: string, code: string): Promise<void> {
  const { checkout } = await open(world, buyer, packageId);
  await page.goto(checkout.checkout_url);
  const email = page.getByLabel("Email");
  equal(await email.inputValue(), buyer.email);
  equal(await email.isEditable(), false);
  deepEqual(await rowsOf(page), ["Item Amount", "Kronor × 1 SEK 100.00"]);

  await page.getByLabel("Country").fill("SE");
  await page.getByLabel("Business name").fill("Bolaget AB");
  await page.getByLabel("Tax ID").fill("SE123456789001");
  await page.getByLabel("Promotion code").fill("NO-SUCH-CODE");
  await page.getByRole("button", { name: "Update the total" }).click();
  equal(await page.getByRole("alert").innerText(), "This promotion code is invalid.");
  equal(await page.getByLabel("Business name").inputValue(), "Bolaget AB");

  await page.getByLabel("Promotion code").fill(code);
  await page.getByRole("button", { name: "Update the total" }).click();
  await page.getByRole("heading", { name: "Pay SEK 89.25" }).waitFor();
  deepEqual(await rowsOf(page), [
    "Item Amount",
    "Kronor × 1 SEK 100.00",
    "Discount -SEK 25.00",
    "Tax SEK 14.25",
    "Total SEK 89.25",
  ]);

  await page.getByLabel("Card number").fill("4242 4242 4242 4242");
  await page.getByLabel("Expiry").fill("12/40");
  await page.getByLabel("Security code").fill("123");
  await withDeliveries(world, "shared", async () => {
    await page.getByRole("button", { name: /^Pay/ }).click();
    await page.getByRole("heading", { name: "Done" }).waitFor();
    const order = await orderBecomes(world, buyer, checkout.order_id, "paid");
    deepEqual([order.amount_discount, order.amount_tax, order.amount_total], [2_500, 1_425, 8_925]);
  });
  equal((await balanceOf(world, buyer.id)).balance, "1100");
  await proven(world);
}

Deno.test({
  name: "a business sees its email, enters a code and its tax id, pays the tax and has its credits",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const browser = await openBrowser();
    try {
      const buyer = await signUp(world);
      const code = await makeCode(world, { percent_off: 25 });
      await withPackage(world, (id) =>
        withSettings(
          world,
          SETTINGS,
          () => withPage(browser, (page) => buys(page, buyer, id, code)),
        ));
    } finally {
      await browser.close();
    }
  },
});
