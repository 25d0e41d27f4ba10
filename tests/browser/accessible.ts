/** Checks by axe that a page is accessible, in light and in dark colours. */
import axe from "axe-core";
import type { Page } from "playwright-core";

/** A desktop and a small phone. */
export const SIZES = [{ width: 1280, height: 900 }, { width: 375, height: 667 }] as const;

const SCHEMES = ["light", "dark"] as const;

/** The folder for screenshots that a person can look at. By default, no screenshots are taken. */
const PICTURES = Deno.env.get("STACK_PAGES_PICTURES");

type Run = (within: unknown, options: unknown) => Promise<{ violations: Violation[] }>;
interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/**
 * Returns the serious and critical violations of WCAG 2.2 AA, one line each.
 *
 * @param within a selector of the part to check: a dialog over a page that was checked before
 */
async function violationsOf(page: Page, within: string): Promise<string[]> {
  // The pages' policies forbid injected scripts; the browser's debugger may still evaluate one.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (part) =>
      (globalThis as unknown as { axe: { run: Run } }).axe.run({ include: [part] }, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
        resultTypes: ["violations"],
      }),
    within,
  );
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).flatMap((
    { id, nodes },
  ) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

/** Returns what is wrong with the page as it is shown now, in each colour scheme. */
export async function findingsOf(page: Page, name: string, within = "html"): Promise<string[]> {
  const wrong: string[] = [];
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    const found = await violationsOf(page, within);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    if (overflow !== 0) found.push(`scrolls sideways by ${overflow}`);
    const look = `${name}-${page.viewportSize()?.width}-${colorScheme}`;
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/${look}.png` });
    wrong.push(...found.map((text) => `${look}: ${text}`));
  }
  return wrong;
}
