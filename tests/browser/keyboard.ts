/** Operates a page with the keyboard alone. */
import { match } from "node:assert/strict";
import type { Page } from "playwright-core";

const MOST_TABS = 40;

/** How a page shows the focus: a property of the focused element's style, and its value. */
export interface Ring {
  readonly property: string;
  readonly value: RegExp;
}

/**
 * Presses Tab until the element with this name has the focus. If `ring` is given, checks that the
 * page shows the focus. `name` may be only a part of the element's name.
 */
export async function tabTo(page: Page, name: string, ring?: Ring): Promise<void> {
  const focused = page.locator("button, input, textarea, a").and(page.locator(":focus"));
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    await page.keyboard.press("Tab");
    if (await focused.count() === 0 || !(await focused.ariaSnapshot()).includes(name)) continue;
    if (ring === undefined) return;
    const style = `getComputedStyle(document.activeElement).${ring.property}`;
    match(String(await page.evaluate(style)), ring.value);
    return;
  }
  throw new Error(`Tab does not reach ${name}`);
}

/** Moves the focus to a field, and types. */
export async function typeInto(page: Page, name: string, text: string, ring?: Ring): Promise<void> {
  await tabTo(page, name, ring);
  await page.keyboard.type(text);
}

/** Moves the focus to a button, and presses Enter. */
export async function enterOn(page: Page, name: string, ring?: Ring): Promise<void> {
  await tabTo(page, name, ring);
  await page.keyboard.press("Enter");
}
