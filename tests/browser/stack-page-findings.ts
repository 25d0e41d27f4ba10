/** Checks with axe whether a page is accessible, in light and in dark colours. */
import type { Page } from "playwright-core";
import { audit } from "./accessibility.ts";

/** A desktop and a small phone. */
export const SIZES = [{ width: 1280, height: 900 }, { width: 375, height: 667 }] as const;

const SCHEMES = ["light", "dark"] as const;

/** The folder for screenshots that a person can look at. By default, no screenshots are taken. */
const PICTURES = Deno.env.get("STACK_PAGES_PICTURES");

/** Serious and critical violations of WCAG 2.2 AA. */
const SERIOUS = {
  rules: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  impacts: ["serious", "critical"],
};

/**
 * Returns the faults of the page in its present state, in each colour scheme.
 *
 * @param within a selector of the part to check: for example a dialog over a page that was already
 *   checked
 */
export async function findingsOf(page: Page, name: string, within = "html"): Promise<string[]> {
  const wrong: string[] = [];
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    const found = await audit(page, { ...SERIOUS, within });
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    if (overflow !== 0) found.push(`scrolls sideways by ${overflow}`);
    const look = `${name}-${page.viewportSize()?.width}-${colorScheme}`;
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/${look}.png` });
    wrong.push(...found.map((text) => `${look}: ${text}`));
  }
  return wrong;
}
