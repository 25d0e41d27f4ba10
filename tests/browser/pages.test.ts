/**
 * Stripe's hosted pages in a real browser. If the machine has no Chromium, the test runner skips
 * this file and says so.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import type { Page } from "playwright-core";
import { openBrowser, withPage } from "./chromium.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { balanceOf, openCheckout, orderBecomes } from "../support/money/purchases.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

/**
 * Fills in a card and pays. The buyer's email is already filled in, and the buyer can't change it
 * on this page.
 */
async function fillCard(page: Page, buyer: Person, number: string): Promise<void> {
  const email = page.getByLabel("Email");
  deepEqual([await email.inputValue(), await email.isEditable()], [buyer.email, false]);
  await page.getByLabel("Card number").fill(number);
  await page.getByLabel("Expiry").fill("12/40");
  await page.getByLabel("Security code").fill("123");
  await page.getByRole("button", { name: /^Pay/ }).click();
}

/** Pays with a declined card, and then with a different card on the same page. */
async function buysAfterARefusal(page: Page, buyer: Person): Promise<void> {
  const { checkout_url, order_id } = await openCheckout(world, buyer);
  await page.goto(checkout_url);
  await fillCard(page, buyer, "4000 0000 0000 0002");
  match(await page.getByRole("alert").innerText(), /declined/);
  equal((await balanceOf(world, buyer.id)).balance, "0");
  await withDeliveries(world, "shared", async () => {
    await fillCard(page, buyer, "4242 4242 4242 4242");
    await page.getByRole("heading", { name: "Done" }).waitFor();
    const landed = new URL(page.url());
    equal(landed.origin + landed.pathname, `${world.url}/checkout/success`);
    match(landed.searchParams.get("session_id") ?? "", /^cs_test_/);
    equal(await page.getByText("Order").locator("code").innerText(), order_id);
    await orderBecomes(world, buyer, order_id, "paid");
  });
  equal((await balanceOf(world, buyer.id)).balance, "9990");
  await proven(world);
}

/**
 * Opens the page from the emulator's list of pages, reads the form of a bank debit, and leaves without
 * paying.
 */
async function looksAroundAndLeaves(page: Page, buyer: Person): Promise<void> {
  const { checkout_url } = await openCheckout(world, buyer, "Plus");
  await page.goto(world.stripeUrl);
  await page.locator(`a[href="${new URL(checkout_url).pathname}"]`).click();
  const outcome = page.getByLabel("It will fail");
  equal(await outcome.isVisible(), false);
  await page.getByLabel(/Pay by bank debit/).check();
  equal(await outcome.isVisible(), true);
  await page.getByRole("link", { name: "Back" }).click();
  await page.getByRole("heading", { name: "Back from checkout" }).waitFor();
}

async function readsTheDocs(page: Page): Promise<void> {
  await page.goto(`${world.url}/docs`);
  await page.getByRole("heading", { name: /Farthing/ }).first().waitFor();
}

Deno.test({
  name: "pages in a real browser",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    const browser = await openBrowser();
    try {
      const buyer = await signUp(world);
      const steps: [string, (page: Page) => Promise<void>][] = [
        [
          "the hosted page refuses a card, accepts the next, and leads to the success page",
          (page) => buysAfterARefusal(page, buyer),
        ],
        [
          "the hosted page is listed on the emulator's page, and leads back unpaid",
          (page) => looksAroundAndLeaves(page, buyer),
        ],
        ["the docs page shows the API and loads only from this machine", readsTheDocs],
      ];
      for (const [name, step] of steps) await test.step(name, () => withPage(browser, step));
    } finally {
      await browser.close();
    }
  },
});
