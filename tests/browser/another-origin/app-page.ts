/** Operates the page of an app whose origin differs from the stack's, as the app's user does. */
import { equal } from "node:assert/strict";
import type { Page } from "playwright-core";
import type { World } from "../../support/project/world.ts";

export interface Login {
  email: string;
  password: string;
}

export const newLogin = (): Login => ({
  email: `page-${crypto.randomUUID()}@example.com`,
  password: crypto.randomUUID(),
});

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

export function press(page: Page, name: string): Promise<void> {
  return button(page, name).click();
}

/**
 * Presses a button and waits until the app shows the outcome. Returns the error, or null after a
 * success.
 */
export async function outcomeOf(
  page: Page,
  name: string,
  timeout = 60_000,
): Promise<string | null> {
  await press(page, name);
  const done = page.locator("#done", { hasText: name });
  const error = page.locator("#error", { hasText: name });
  await done.or(error).waitFor({ timeout });
  return await error.isVisible() ? await error.innerText() : null;
}

export async function succeeds(page: Page, name: string): Promise<void> {
  equal(await outcomeOf(page, name), null);
}

export const shown = (page: Page, id: string): Promise<string> =>
  page.locator(`#${id}`).innerText();

export async function fillLogin(page: Page, { email, password }: Login): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
}

/** Signs up in the app and returns the user's id. */
export async function signsUp(page: Page, login: Login): Promise<string> {
  await fillLogin(page, login);
  await succeeds(page, "Sign up");
  return await shown(page, "user");
}

/** Pays on the emulator's payment page and returns to the app. */
export async function paysByCard(
  page: Page,
  { stripeUrl }: World,
  email: string,
  submit: RegExp = /^Pay/,
): Promise<void> {
  await page.waitForURL(`${stripeUrl}/**`);
  const field = page.getByLabel("Email");
  // On the page of a checkout, the buyer's email is already filled in. The page that saves a card
  // asks for the email.
  if (await field.isEditable()) await field.fill(email);
  await page.getByLabel("Card number").fill("4242 4242 4242 4242");
  await page.getByLabel("Expiry").fill("12/40");
  await page.getByLabel("Security code").fill("123");
  await page.getByRole("button", { name: submit }).click();
}
