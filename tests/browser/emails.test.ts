/**
 * Checks every email in a real browser at the width of a phone, in light and in dark colours. If
 * the machine has no Chromium, the test runner skips this file and says so.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { renderEmails } from "../../scripts/emails/render-pages.ts";
import { LOGO, SAMPLES, SHOPS } from "../../scripts/emails/samples.ts";
import { renderNotification } from "../../supabase/functions/_shared/domain/notifications/render-notification.ts";
import { openBrowser, withPage } from "./chromium.ts";

const PHONE = { width: 375, height: 667 };

/**
 * This image replaces the logo, because a test must not connect to another machine. It is wider
 * than the space for the logo in an email.
 */
const DRAWN = "data:image/svg+xml," + encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="90"><rect width="900" height="90"/></svg>`,
);

async function show(page: Page, html: string): Promise<void> {
  await page.setContent(html.replaceAll(LOGO, DRAWN), { waitUntil: "load" });
}

/** Success criteria of WCAG 2.2 AA, by axe's names. */
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** The only rule whose result depends on the colours. */
const CONTRAST = ["color-contrast"];

/** Returns by how many pixels the page is wider than its window. */
function overflowOf(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - innerWidth");
}

type WithAxe = { axe?: typeof axe };

/** Returns the violations of these criteria or rules, one per line. */
async function violationsOf(page: Page, runOnly: string[]): Promise<string[]> {
  // The page keeps its global variables when its content is replaced, so axe may be loaded already.
  const isLoaded = await page.evaluate(() => (globalThis as WithAxe).axe !== undefined);
  if (!isLoaded) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (runOnly) => (globalThis as WithAxe).axe!.run({ runOnly, resultTypes: ["violations"] }),
    runOnly,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)
  );
}

/**
 * Returns the links that a mail program could not open, and the images without a text for screen
 * readers.
 */
async function brokenPartsOf(page: Page): Promise<string[]> {
  const links = await page.locator("a").all();
  const targets = await Promise.all(links.map((link) => link.getAttribute("href")));
  return [
    ...await page.locator(`img:not([alt]), img[alt=""]`).all(),
    ...links.filter((_, at) => !/^(https:\/\/|mailto:)./.test(targets[at] ?? "")),
  ].map(String);
}

async function isReadable(page: Page, html: string, name: string): Promise<void> {
  await page.emulateMedia({ colorScheme: "light" });
  await show(page, html);
  deepEqual(await violationsOf(page, WCAG), [], `${name} in light colours`);
  await page.emulateMedia({ colorScheme: "dark" });
  deepEqual(await violationsOf(page, CONTRAST), [], `${name} in dark colours`);
  equal(await overflowOf(page), 0, `${name} does not scroll sideways`);
  deepEqual(await brokenPartsOf(page), [], name);
}

/** Reads every email in every language. Operators' emails are the same in all languages. */
async function readsEveryEmail(page: Page): Promise<void> {
  const seen = new Map(renderEmails().map(({ name, html }) => [html, name]));
  ok(seen.size > Object.keys(SAMPLES).length * 2);
  for (const [html, name] of seen) await isReadable(page, html, name);
}

/**
 * Checks that the email's own styles change the colours in dark mode. The browser itself changes no
 * colours.
 */
async function changesColours(page: Page): Promise<void> {
  const { html } = renderNotification("receipt", SAMPLES.receipt, {
    locale: "en",
    shop: SHOPS.branded,
  });
  const colours = async (colorScheme: "light" | "dark") => {
    await page.emulateMedia({ colorScheme });
    await show(page, html);
    const style = (part: string) => `getComputedStyle(document.querySelector("${part}"))`;
    return await page.evaluate<string[]>(
      `[${style(".page")}.backgroundColor, ${style(".card")}.backgroundColor, ${
        style("h1")
      }.color]`,
    );
  };
  deepEqual(await colours("light"), [
    "rgb(242, 244, 247)",
    "rgb(255, 255, 255)",
    "rgb(26, 29, 33)",
  ]);
  deepEqual(await colours("dark"), ["rgb(15, 18, 21)", "rgb(27, 31, 36)", "rgb(238, 241, 244)"]);
  match(await page.locator("img").getAttribute("alt") ?? "", /^Kékfény Studio$/);
  const logo = await page.locator("img").boundingBox();
  ok(logo !== null && logo.width <= 212 && logo.height <= 52, JSON.stringify(logo));
}

const ACCENTS = ["#000000", "#ffffff", "#ffeb3b", "#ff0000", "#777777"];

async function buttonsAreReadable(page: Page): Promise<void> {
  for (const accent_color of ACCENTS) {
    const shop = { ...SHOPS.branded, accent_color };
    const reader = { locale: "de", shop };
    const { html } = renderNotification(
      "top_up_authentication",
      SAMPLES.top_up_authentication,
      reader,
    );
    await isReadable(page, html, accent_color);
  }
}

async function longValuesWrap(page: Page): Promise<void> {
  const long = "x".repeat(200);
  const url = `https://shop.example.com/${"y".repeat(400)}`;
  const shop = { ...SHOPS.branded, name: long.slice(0, 80), address: long, url, support_url: url };
  const data = {
    ...(SAMPLES.receipt as object),
    package_name: long,
    amount: Number.MAX_SAFE_INTEGER,
    credits: "12345678901234567890.123456789012345678",
  };
  for (const logo_url of [LOGO, undefined]) {
    const { logo_url: _, ...rest } = shop;
    const face = logo_url === undefined ? rest : { ...rest, logo_url };
    const { html } = renderNotification("receipt", data, { locale: "de", shop: face });
    await isReadable(page, html, "long values");
  }
}

Deno.test({
  name: "emails in a real browser",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    const browser: Browser = await openBrowser();
    const steps: [string, (page: Page) => Promise<void>][] = [
      ["each email is readable at 375 px, in light and in dark colours", readsEveryEmail],
      ["an email has colours of its own for a dark mode", changesColours],
      ["a button is readable on every accent colour", buttonsAreReadable],
      ["long values and settings wrap", longValuesWrap],
    ];
    try {
      for (const [name, step] of steps) {
        await test.step(name, () =>
          withPage(browser, async (page) => {
            await page.setViewportSize(PHONE);
            await step(page);
          }));
      }
    } finally {
      await browser.close();
    }
  },
});
