/**
 * The local stack's own pages in a real browser: the first page at the gateway's root, and the API
 * page. If the machine has no Chromium, the test runner skips this file and says so.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { readWorld } from "../support/project/world.ts";
import { openBrowser, withPage } from "./chromium.ts";

const world = readWorld();

const SIZES = [{ width: 1280, height: 900 }, { width: 375, height: 667 }];
const SCHEMES = ["light", "dark"] as const;

/** The folder for screenshots that a person can look at. By default, no screenshots are taken. */
const PICTURES = Deno.env.get("STACK_PAGES_PICTURES");

type Run = (options: unknown) => Promise<{ violations: Violation[] }>;
interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/** Returns the serious and critical violations of WCAG 2.2 AA, one line each. */
async function violationsOf(page: Page): Promise<string[]> {
  // The pages' policies forbid injected scripts; the browser's debugger may still evaluate one.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run: Run } }).axe.run({
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
      resultTypes: ["violations"],
    })
  );
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).flatMap((
    { id, nodes },
  ) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

/** Shows a page in each size and colour scheme, and collects what is wrong there. */
async function look(page: Page, name: string, show: () => Promise<void>): Promise<string[]> {
  const wrong: string[] = [];
  for (const size of SIZES) {
    for (const colorScheme of SCHEMES) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      await show();
      const found = await violationsOf(page);
      const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      if (overflow !== 0) found.push(`scrolls sideways by ${overflow}`);
      wrong.push(...found.map((text) => `${name} ${size.width} ${colorScheme}: ${text}`));
      const path = `${PICTURES}/${name}-${size.width}-${colorScheme}.png`;
      if (PICTURES) await page.screenshot({ path, fullPage: name === "home" });
    }
  }
  return wrong;
}

async function firstPage(page: Page): Promise<void> {
  const show = async () => {
    await page.goto(world.url);
    await page.getByRole("heading", { name: "Farthing", level: 1 }).waitFor();
  };
  deepEqual(await look(page, "home", show), []);
  equal(await page.locator("html").getAttribute("lang"), "en");
  match(await page.locator("pre").innerText(), /checkout\/packages/);
  equal(await page.getByRole("heading", { name: "The proof" }).isVisible(), true);
  await page.keyboard.press("Tab");
  equal(await page.evaluate("document.activeElement.textContent"), "API page");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${world.url}/docs`);
}

Deno.test({
  name: "the stack's pages in a real browser",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    const browser = await openBrowser();
    try {
      const steps: [string, (page: Page) => Promise<void>][] = [
        ["the first page is accessible on a phone, on a desktop and in the dark", firstPage],
      ];
      for (const [name, step] of steps) await test.step(name, () => withPage(browser, step));
    } finally {
      await browser.close();
    }
  },
});
