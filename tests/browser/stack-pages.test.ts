/**
 * The first page of the local stack, at the gateway's root, in a real browser. If the machine has
 * no Chromium, the test runner skips this file and says so.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import type { Page } from "playwright-core";
import { readWorld } from "../support/project/world.ts";
import { findingsOf, SIZES } from "./accessible.ts";
import { openBrowser, withPage } from "./chromium.ts";

const world = readWorld();

async function firstPage(page: Page): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await page.goto(world.url);
    await page.getByRole("heading", { name: "Farthing", level: 1 }).waitFor();
    deepEqual(await findingsOf(page, "home"), []);
  }
  equal(await page.locator("html").getAttribute("lang"), "en");
  match(await page.locator("pre").innerText(), /checkout\/packages/);
  equal(await page.getByRole("heading", { name: "The proof" }).isVisible(), true);
  await page.keyboard.press("Tab");
  equal(await page.evaluate("document.activeElement.textContent"), "API page");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${world.url}/docs`);
}

Deno.test({
  name: "the stack's first page in a real browser",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    const browser = await openBrowser();
    try {
      const steps: [string, (page: Page) => Promise<void>][] = [
        ["is accessible on a phone, on a desktop and in the dark", firstPage],
      ];
      for (const [name, step] of steps) await test.step(name, () => withPage(browser, step));
    } finally {
      await browser.close();
    }
  },
});
