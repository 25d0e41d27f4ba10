/** Operates the page of the app in docs/recipes/thirteen-tasks.md, as the app's user does. */
import { ok } from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { environmentOf, folderOf } from "../../scripts/example/install.ts";
import { runs } from "../client/packed.ts";
import { projectOf } from "../examples/served.ts";
import type { Visit } from "../examples/visit.ts";

/** The first line of the card with the balance, as an expression that the page evaluates. */
export const BALANCE = `[...document.querySelectorAll("[data-slot=card]")]
  .find((card) => card.querySelector("h2")?.textContent === "Credits")
  ?.querySelector("[data-slot=card-content]")?.innerText.split("\\n")[0]`;

export const press = (scope: Page | Locator, name: string | RegExp): Promise<void> =>
  scope.getByRole("button", { name, exact: true }).click();

/** Returns the card with this title. */
export const card = (page: Page, title: string): Locator =>
  page.locator("[data-slot=card]").filter({ has: page.getByRole("heading", { name: title }) });

/**
 * Returns the form with this button. The button identifies the form, because the app has several
 * forms.
 */
export const ask = (page: Page, label: string): Locator =>
  page.locator("form").filter({ has: page.getByRole("button", { name: label, exact: true }) });

export async function asks(page: Page, label: string, text: string): Promise<void> {
  await ask(page, label).getByLabel(label).fill(text);
  await press(ask(page, label), label);
}

/** Waits until the page shows this balance, or this text in place of a balance. */
export async function showsCredits(page: Page, text: string | RegExp): Promise<void> {
  await card(page, "Credits").getByText(text, { exact: true }).first().waitFor();
}

/** Returns the balance that the page shows. */
export async function creditsOn(page: Page): Promise<number> {
  const figure = card(page, "Credits").getByRole("status").locator("span").first();
  return Number((await figure.innerText()).replaceAll(",", ""));
}

/** Opens the app, calls `prepare`, and signs up. Returns the email address. */
export async function signsUp(
  { page, origin }: Visit,
  prepare: () => Promise<unknown> = () => Promise.resolve(),
): Promise<string> {
  const email = `page-${crypto.randomUUID()}@example.com`;
  await page.goto(origin);
  await page.getByLabel("Email").waitFor();
  await prepare();
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(crypto.randomUUID());
  await press(page, "Sign up");
  await showsCredits(page, "0");
  return email;
}

/** Goes from the price list to Stripe's page. */
export async function opensCheckout({ page, world }: Visit): Promise<void> {
  await press(page, "Buy Starter");
  await page.waitForURL(`${world.stripeUrl}/**`);
}

/** Runs a task of the app's operator in Node, with the arguments of its command line. */
export async function operates({ world }: Visit, ...args: string[]): Promise<string> {
  const { success, output } = await runs("node", ["back-end/operator.js", ...args], {
    cwd: folderOf("thirteen-tasks"),
    env: environmentOf(projectOf(world)),
  });
  ok(success, output);
  return output;
}
