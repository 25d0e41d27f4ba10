/** Operates the page of an example as a user does. */
import { deepEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import { namelessIn, overflowsAt, violationsOf, ZOOMED } from "../browser/accessibility.ts";
import { paysByCard } from "../browser/another-origin/app-page.ts";
import type { World } from "../support/project/world.ts";

/**
 * The folder for screenshots of the page, for a person to look at. If the variable is not set, no
 * screenshots are taken.
 */
const PICTURES = Deno.env.get("EXAMPLE_PICTURES");

export const press = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole("button", { name, exact: true }).click();

export const section = (page: Page, name: string) =>
  page.getByRole("region", { name, exact: true });

/**
 * Waits until the page shows this text as the balance: an amount, or the reason why the balance is
 * unknown.
 */
export async function showsCredits(page: Page, text: string | RegExp): Promise<void> {
  await section(page, "Credits").getByRole("status").getByText(text, { exact: true }).waitFor();
}

/** Signs up in the app. Returns the email address. */
export async function signsUp(page: Page, origin: string): Promise<string> {
  const email = `page-${crypto.randomUUID()}@example.com`;
  await page.goto(origin);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(crypto.randomUUID());
  await press(page, "Sign up");
  await showsCredits(page, "0");
  return email;
}

/** Buys the smallest package, and pays on Stripe's page. */
export async function pays(page: Page, world: World, email: string): Promise<void> {
  await press(page, /^\$9\.99\s*for Starter$/);
  await paysByCard(page, world, email);
}

const SIZES = [{ width: 1280, height: 900 }, { width: 375, height: 667 }];

/**
 * Checks the accessibility of the page in its current state: axe finds no violation, each control
 * has a name, and at a zoom of 400 % nothing scrolls sideways. The check does not reload the page,
 * so it works in any state.
 */
export async function isForEverybody(page: Page, name: string): Promise<void> {
  const wrong = [...await violationsOf(page), ...await namelessIn(page)];
  wrong.push(...await overflowsAt(page, [ZOOMED]));
  await page.setViewportSize(SIZES[0]!);
  deepEqual(wrong.map((text) => `${name}: ${text}`), []);
}

/** Checks the page as it is now, on a desktop and on a phone, in light and in dark colours. */
export async function isGoodToLookAt(page: Page, name: string): Promise<void> {
  const wrong: string[] = [];
  for (const size of SIZES) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const found = await violationsOf(page);
      found.push(...await overflowsAt(page, [size]));
      wrong.push(...found.map((text) => `${name} ${size.width} ${colorScheme}: ${text}`));
      const path = `${PICTURES}/${name}-${size.width}-${colorScheme}.png`;
      if (PICTURES) await page.screenshot({ path, fullPage: true });
    }
  }
  await page.setViewportSize(SIZES[0]!);
  deepEqual(wrong, []);
}
