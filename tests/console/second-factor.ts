/** Enrols and verifies a second factor in the console. */
import { deepEqual, match, ok } from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { audit, overflowsAt, ZOOMED } from "../browser/accessibility.ts";
import { codeOf, wrongCodeOf } from "../support/project/authenticator.ts";
import { press as pressOn, write } from "./by-keyboard.ts";

/** Presses a button by its whole name. */
export const press = (within: Page | Locator, name: string) =>
  pressOn(within.getByRole("button", { name, exact: true }));

export const code = (within: Page | Locator) => within.getByLabel("Code", { exact: true });

/** Enters a wrong code, which must be refused with a reason, and then the right one. */
export async function verifies(
  within: Page | Locator,
  action: string,
  secret: string,
): Promise<void> {
  await write(code(within), wrongCodeOf(secret));
  await press(within, action);
  await within.getByText("The code is wrong or too old. Enter the code that the app shows now.")
    .waitFor();
  await write(code(within), codeOf(secret));
  await press(within, action);
}

/** Adds an authenticator app for an operator who has none yet. Returns the app's key. */
export async function enrols(page: Page): Promise<string> {
  await press(page, "Add an authenticator app");
  const picture = page.getByRole("img", { name: "QR code of the key below" });
  await picture.waitFor();
  const width = await picture.evaluate((image) =>
    (image as unknown as { naturalWidth: number }).naturalWidth
  );
  ok(width > 0, "the policy of the page lets the picture through");
  const secret = await page.getByRole("main").locator("code").innerText();
  match(secret, /^[A-Z2-7]{32}$/);
  await hasNoFaults(page);
  await verifies(page, "Verify and add", secret);
  await page.getByText("The authenticator app is added.").waitFor();
  await page.getByText("This session has the second factor.").waitFor();
  return secret;
}

/** Checks the page as it is now, in light and dark colours and at every width. */
export async function hasNoFaults(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    deepEqual(await audit(page), [], colorScheme);
  }
  deepEqual(await overflowsAt(page, [{ width: 375, height: 800 }, ZOOMED]), []);
  await page.setViewportSize({ width: 1280, height: 900 });
}
