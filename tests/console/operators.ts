/** Steps of an operator in the console. */
import type { Locator, Page } from "playwright-core";
import { once } from "../blocks/once.ts";
import { proven } from "../support/project/database.ts";
import { signUpOperator } from "../support/project/people.ts";
import { withConsole } from "./console-page.ts";
import { theConsole, world } from "./opened.ts";

export const theOperator = once(() => signUpOperator(world));

/** Opens the console at an address as an operator, and proves the ledger at the end. */
export async function asOperator(path: string, use: (page: Page) => Promise<void>): Promise<void> {
  const { browser, host } = await theConsole();
  await withConsole(browser, host, { world, person: await theOperator(), path }, use);
  await proven(world);
}

/** Opens another address of the console in the same window. */
export async function openPath(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
  }, path);
}

/** The part of a page below this heading. */
export const section = (page: Page, title: string): Locator =>
  page.locator("section").filter({ has: page.getByRole("heading", { name: title, exact: true }) });

/** The row of a table that has this text. */
export const row = (within: Page | Locator, text: string): Locator =>
  within.getByRole("row").filter({ hasText: text });

/** The cells of a row, by the titles of their columns. */
export async function cellsOf(found: Locator): Promise<Record<string, string>> {
  await found.waitFor();
  const titles = await found.locator("xpath=ancestor::table").getByRole("columnheader")
    .allInnerTexts();
  const cells = await found.getByRole("cell").allInnerTexts();
  return Object.fromEntries(titles.map((title, at) => [title, cells[at] ?? ""]));
}

/** The value of a fact by its name. */
export const fact = (within: Page | Locator, name: string): Locator =>
  within.locator("div").filter({ has: within.page().locator("dt", { hasText: name }) }).locator(
    "dd",
  ).first();

/** Fills the fields of a dialog, makes the change, and returns the dialog with its outcome. */
export async function change(
  page: Page,
  button: Locator,
  fields: Readonly<Record<string, string>> = {},
): Promise<Locator> {
  await button.click();
  const dialog = page.getByRole("dialog");
  for (const [label, value] of Object.entries(fields)) await dialog.getByLabel(label).fill(value);
  const name = await button.innerText();
  await dialog.getByRole("button", { name, exact: true }).click();
  await dialog.getByRole("status").waitFor();
  return dialog;
}
