/**
 * The first page of the local stack, at the gateway's root, in a real browser. If the machine has
 * no Chromium, the test runner skips this file and says so.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import type { Page } from "playwright-core";
import { sendResult } from "../../scripts/demo/shared/send-result.ts";
import { readWorld } from "../support/project/world.ts";
import { findingsOf, SIZES } from "./stack-page-findings.ts";
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
  match(await page.locator("pre").last().innerText(), /checkout\/packages/);
  equal(await page.getByRole("heading", { name: "The proof" }).isVisible(), true);
  await page.keyboard.press("Tab");
  equal(await page.evaluate("document.activeElement.textContent"), "API page");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${world.url}/docs`);
}

/**
 * Sends a demo's result to the stack, as the demo does, and checks that the page shows the result.
 */
async function demoOnFirstPage(page: Page): Promise<void> {
  const balance = `17.${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const figures = [
    { name: "  from Business bonus", service: "2000", computed: "2000", equal: true },
    { name: "balance", service: balance, computed: "0.000001", equal: false },
  ];
  const found = { command: "deno task demo", checks: figures, violations: [] };
  await sendResult(world, found);
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await page.goto(world.url);
    const demo = page.getByRole("region", { name: "The demo" });
    await demo.getByText("1 of 2 figures are equal").waitFor();
    equal(await demo.getByRole("row", { name: `balance ${balance} 0.000001 differs` }).count(), 1);
    deepEqual(await findingsOf(page, "home-demo"), []);
  }
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
        ["shows the demo's result, as accessibly", demoOnFirstPage],
      ];
      for (const [name, step] of steps) await test.step(name, () => withPage(browser, step));
    } finally {
      await browser.close();
    }
  },
});
