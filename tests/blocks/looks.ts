/**
 * Checks a state of a block on a phone, in light and in dark colours: axe finds no violation, each
 * control has a name, and the page does not scroll sideways, not even at a zoom of 400 %.
 */
import type { Page } from "playwright-core";
import { namelessIn, overflowsAt, violationsOf, ZOOMED } from "../browser/accessibility.ts";
import type { Served } from "./served-app.ts";
import type { State } from "./state.ts";

/** The folder for screenshots that a person can look at. By default, no screenshots are taken. */
const PICTURES = Deno.env.get("BLOCK_PICTURES");
const PHONE = { width: 375, height: 667 };
const DESKTOP = { width: 1024, height: 720 };

async function picture(page: Page, { block, name }: State, look: string): Promise<void> {
  if (!PICTURES) return;
  await page.screenshot({ path: `${PICTURES}/${block}-${name}-${look}.png`, fullPage: true });
}

const setDark = (page: Page, isDark: boolean) =>
  page.evaluate(`document.documentElement.classList.toggle("dark", ${isDark})`);

/** Opens a state of a block, and waits until the page shows it. */
async function open(page: Page, { origin, service }: Served, state: State): Promise<void> {
  service.begin(state.answers);
  await page.goto(`${origin}/?block=${state.block}${state.search ?? ""}`);
  await state.act?.(page);
  await page.getByText(state.shows).first().waitFor();
}

/** Returns the accessibility faults of a block in this state, one line for each fault. */
export async function look(page: Page, served: Served, state: State): Promise<string[]> {
  const wrong: string[] = [];
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.setViewportSize(PHONE);
  await open(page, served, state);
  for (const scheme of ["light", "dark"]) {
    await setDark(page, scheme === "dark");
    // Only the rule `color-contrast` depends on colours, so the dark colours are checked with this
    // rule alone.
    const found = await violationsOf(page, scheme === "dark" ? ["color-contrast"] : undefined);
    wrong.push(...found.map((text) => `${scheme}: ${text}`));
    await picture(page, state, `phone-${scheme}`);
  }
  wrong.push(...await namelessIn(page), ...await overflowsAt(page, [PHONE, ZOOMED]));
  if (PICTURES) {
    await page.setViewportSize(DESKTOP);
    await setDark(page, false);
    await picture(page, state, "desktop-light");
  }
  return wrong.map((text) => `${state.block} ${state.name} ${text}`);
}
