/** Moves between pages of the console in one window, and holds the service's responses back. */
import type { Page, Route } from "playwright-core";
import { until } from "../support/project/until.ts";

const FUNCTIONS = "**/functions/v1/**";
const IS_LOADING = `document.querySelector("main [aria-label*=oading]") ||
  document.querySelector("main").innerText.includes("Loading…")`;

export const isLoading = (page: Page): Promise<boolean> => page.evaluate(`!!(${IS_LOADING})`);

/**
 * Waits until an expression is true. The page's Content Security Policy forbids `waitForFunction`,
 * which uses eval.
 */
export async function isTrue(page: Page, expression: string): Promise<void> {
  await until(expression, async () => await page.evaluate(`!!(${expression})`) || undefined);
}

/**
 * Whether the console shows a page and reacts to a new address. An effect of the first page sets
 * the window's title, so the title shows that the console has started. A heading does not show
 * this, because the console already has a heading while it starts.
 */
const HAS_STARTED = `document.title.endsWith(" · Farthing console")`;

/**
 * Changes the address, and waits until React shows the page at the new address. The browser reports
 * a change of the address to React only a moment later. Without the wait, a test would still see
 * the previous page.
 */
async function changesAddress(page: Page, path: string): Promise<void> {
  await page.evaluate(`new Promise((done) => {
    const hash = ${JSON.stringify(`#${path}`)};
    if (location.hash === hash) return done();
    addEventListener("hashchange", () => setTimeout(done), { once: true });
    location.hash = hash;
  })`);
}

/**
 * Opens a page in the same window, and waits for the page's heading. With the state `loaded`, also
 * waits until nothing on the page is loading.
 */
export async function movesTo(
  page: Page,
  path: string,
  state: "opened" | "loaded" = "opened",
): Promise<void> {
  await isTrue(page, HAS_STARTED);
  await changesAddress(page, path);
  await isTrue(page, `!document.querySelector("[aria-label='The page is loading']")`);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  if (state === "loaded") await isTrue(page, `!(${IS_LOADING})`);
}

/**
 * Holds all responses of the functions back, as a slow network does, until the returned function is
 * called.
 */
export async function holdAnswers(page: Page): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(FUNCTIONS, async (route) => {
    await promise;
    await route.continue();
  });
  return resolve;
}

/** Answers all requests to the functions with `answer`, until the page is closed. */
export async function answerAll(
  page: Page,
  answer: (route: Route) => Promise<void>,
): Promise<void> {
  await page.route(FUNCTIONS, answer);
}
