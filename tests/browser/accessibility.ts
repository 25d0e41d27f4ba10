/**
 * Finds accessibility faults of a page: violations of axe's rules, controls without a name, and
 * sideways scrolling when the page is zoomed.
 */
import axe from "axe-core";
import type { Page } from "playwright-core";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * WCAG 1.4.10 (reflow) requires that a page works at a zoom of 400 %. At this zoom, a window of
 * 1280 × 1024 pixels gives the page as much space as a window of this size without a zoom.
 */
export const ZOOMED: Size = { width: 320, height: 256 };

type Run = (within: unknown, options: unknown) => Promise<{ violations: Violation[] }>;
interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

interface Audit {
  /**
   * The rules to check, or tags of rules. By default, all rules are checked, including axe's best
   * practices.
   */
  readonly rules?: readonly string[] | undefined;
  /** Only violations with one of these impacts are returned. By default, all are returned. */
  readonly impacts?: readonly string[];
  /** A selector of the part to check; by default the whole page. */
  readonly within?: string;
}

/** Returns the violations that axe finds, each as one line. */
export async function audit(page: Page, options: Audit = {}): Promise<string[]> {
  const { rules, impacts, within = "html" } = options;
  // Waits for the end of transitions, for example from light to dark. During a transition, axe
  // would measure colors that the page shows only briefly. Other animations are not awaited,
  // because they may be endless.
  await page.evaluate(`Promise.allSettled(document.getAnimations()
    .filter((each) => each instanceof CSSTransition).map(({ finished }) => finished))`);
  // Some pages have a Content Security Policy that forbids injected scripts. The browser's debugger
  // can evaluate a script even on such a page.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    ([part, options]) =>
      (globalThis as unknown as { axe: { run: Run } }).axe.run({ include: [part] }, options),
    [within, { resultTypes: ["violations"], ...rules && { runOnly: rules } }] as const,
  );
  const counted = violations.filter(({ impact }) => impacts?.includes(impact) ?? true);
  return counted.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)
  );
}

/**
 * Returns the violations of these rules, each as one line. By default, checks WCAG 2.2 AA and axe's
 * best practices.
 */
export const violationsOf = (page: Page, rules?: string[]): Promise<string[]> =>
  audit(page, { rules });

/**
 * Matches the line of an element that needs a name for screen readers and has none: `- button`, but
 * not `- button "Buy"`.
 */
const NAMELESS =
  /^\s*- (button|link|textbox|spinbutton|combobox|checkbox|progressbar|dialog|region|img)( \[.*\])?(:.*)?$/;

/** Returns the controls, regions and pictures that have no accessible name. */
export async function namelessIn(page: Page): Promise<string[]> {
  const lines = (await page.locator("body").ariaSnapshot()).split("\n");
  return lines.filter((line) => NAMELESS.test(line)).map((line) => `has no name: ${line.trim()}`);
}

/**
 * Returns one line for each window size at which the page scrolls sideways. The line says by how
 * many pixels the page scrolls.
 */
export async function overflowsAt(page: Page, sizes: readonly Size[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const size of sizes) {
    await page.setViewportSize(size);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    if (overflow !== 0) wrong.push(`scrolls sideways by ${overflow} of ${size.width} pixels`);
  }
  return wrong;
}

/**
 * Records what a screen reader announces: each text that appears in a live region, in order. The
 * record is in the page's `sessionStorage`, so it outlasts a reload.
 */
export async function watchAnnouncements(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(`{
    const LIVE = "[role=status], [role=alert], [aria-live=polite]";
    const last = new WeakMap();
    new MutationObserver(() => {
      for (const region of document.querySelectorAll(LIVE)) {
        const text = region.textContent.trim();
        if (text === (last.get(region) ?? "")) continue;
        last.set(region, text);
        const said = JSON.parse(sessionStorage.getItem("said") ?? "[]");
        sessionStorage.setItem("said", JSON.stringify([...said, text]));
      }
    }).observe(document, { childList: true, subtree: true, characterData: true });
  }`);
  return () => page.evaluate(`JSON.parse(sessionStorage.getItem("said") ?? "[]")`);
}

/** Records whether the page was blank after it had shown something for the first time. */
export async function watchBlanks(page: Page): Promise<() => Promise<boolean>> {
  await page.addInitScript(`{
    let hasShown = false;
    new MutationObserver(() => {
      const isBlank = !document.body?.innerText.trim();
      if (hasShown && isBlank) sessionStorage.setItem("blank", "true");
      hasShown ||= !isBlank;
    }).observe(document, { childList: true, subtree: true, characterData: true });
  }`);
  return () => page.evaluate(`sessionStorage.getItem("blank") === "true"`);
}

interface Jumps {
  /** The sum of the layout shifts, as Chromium measures them: https://web.dev/articles/cls. */
  readonly sum: number;
  /** The parts of the page that moved. */
  readonly nodes: readonly string[];
}

/** From this call on, measures how far parts of the page move by themselves. */
export async function watchJumps(page: Page): Promise<() => Promise<Jumps>> {
  await page.evaluate(`{
    globalThis.jumps = { sum: 0, nodes: [] };
    globalThis.jumpsSeen = new PerformanceObserver((list) => {
      for (const { value, sources, hadRecentInput } of list.getEntries()) {
        if (hadRecentInput) continue;
        jumps.sum += value;
        jumps.nodes.push(...sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? "a text"));
      }
    });
    jumpsSeen.observe({ type: "layout-shift" });
  }`);
  return () => page.evaluate("jumps");
}
