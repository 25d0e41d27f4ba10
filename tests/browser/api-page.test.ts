/**
 * Tests the API page of the local stack in a real browser. Axe finds nothing serious in any state
 * of the page. A person without a mouse can find a route and send its request. The page loads
 * nothing from another machine, so it also works without a network. If the machine has no Chromium,
 * the test runner skips this file and says so.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { proven } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";
import { findingsOf, SIZES } from "./stack-page-findings.ts";
import { openBrowser, withPage } from "./chromium.ts";

const world = readWorld();

/** A route that changes nothing, and a text by which the search finds it. */
const ROUTE = { id: "tag/browser/GET/credits", search: "Read the balance, now or at a past" };

const isFocused = (element: Locator): Promise<boolean> =>
  element.evaluate((it: unknown) => {
    const { ownerDocument } = it as { ownerDocument: { activeElement: unknown } };
    return it === ownerDocument.activeElement;
  });

/** Returns a description of the focused element if its focus is not visible; otherwise "". */
const hiddenFocus = (page: Page): Promise<string> =>
  page.evaluate(`(() => {
    const { outlineStyle, outlineWidth, opacity } = getComputedStyle(document.activeElement);
    const isShown = outlineStyle === "solid" && outlineWidth === "3px" && opacity === "1";
    return isShown ? "" : document.activeElement.outerHTML.slice(0, 200);
  })()`);

/** Presses Tab until the element is focused. Each element on the way must show its focus. */
async function tabTo(page: Page, target: Locator, atMost: number): Promise<void> {
  for (let presses = 0; presses < atMost; presses++) {
    await page.keyboard.press("Tab");
    equal(await hiddenFocus(page), "");
    if (await isFocused(target)) return;
  }
  ok(false, `${target} is not reached by pressing Tab ${atMost} times`);
}

/**
 * Opens the search. On a phone the search is in the menu. This function then opens the menu first,
 * and returns what axe finds in the menu.
 */
async function opensSearch(page: Page): Promise<string[]> {
  const menu = page.getByRole("button", { name: "Open Menu" });
  const isPhone = await menu.isVisible();
  if (isPhone) {
    await tabTo(page, menu, 1);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Close Menu" }).waitFor();
  }
  const wrong = isPhone ? await findingsOf(page, "docs-menu") : [];
  await tabTo(page, page.getByRole("button", { name: /^Open Search/ }), 1);
  await page.keyboard.press("Enter");
  return wrong;
}

/** Opens the page, finds a route, and sends its request, by keyboard. Returns what axe finds. */
async function sendsByKeyboard(page: Page): Promise<string[]> {
  await page.goto(`${world.url}/docs`);
  await page.getByRole("button", { name: /^Test Request/ }).first().waitFor();
  equal(await page.locator("html").getAttribute("lang"), "en");
  const wrong = await findingsOf(page, "docs");

  wrong.push(...await opensSearch(page));
  await page.getByRole("combobox", { name: "Enter search query" }).waitFor();
  await page.keyboard.type(ROUTE.search);
  await page.locator(`[role=option][id$="${ROUTE.id}"]`).waitFor();
  wrong.push(...await findingsOf(page, "docs-search", "[role=dialog]"));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(({ hash }) => hash === `#${ROUTE.id}`);
  const opens = page.locator(`[id$="${ROUTE.id}"]`).getByRole("button", { name: /^Test Request/ });
  await tabTo(page, opens, 60);
  wrong.push(...await findingsOf(page, "docs-route"));

  await page.keyboard.press("Enter");
  const client = page.getByRole("dialog", { name: "API Client" });
  await tabTo(page, client.getByRole("button", { name: /^Send get request/ }), 10);
  wrong.push(...await findingsOf(page, "docs-client", "[role=dialog]"));
  const answered = page.waitForResponse(`${world.url}/functions/v1/credits`);
  await page.keyboard.press("Enter");
  equal((await answered).status(), 200);
  await client.getByText("200 OK").first().waitFor();
  wrong.push(...await findingsOf(page, "docs-answer", "[role=dialog]"));
  await page.keyboard.press("Escape");
  await client.waitFor({ state: "hidden" });
  equal(await isFocused(opens), true);
  return wrong;
}

for (const size of SIZES) {
  Deno.test({
    name: `the API page, ${size.width} px wide, is accessible and sends a request by keyboard`,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const browser = await openBrowser();
      try {
        await withPage(browser, async (page) => {
          await page.setViewportSize(size);
          deepEqual(await sendsByKeyboard(page), []);
        });
        await proven(world);
      } finally {
        await browser.close();
      }
    },
  });
}
