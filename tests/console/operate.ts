/** Operates the console's pages as an operator does, and reads what they show. */
import { equal, ok } from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import type { Person } from "../support/project/people.ts";
import { press, write } from "./by-keyboard.ts";
import { withConsole } from "./console-page.ts";
import { theConsole, world } from "./opened.ts";

/** Opens the console in a window in which this person is signed in. */
export async function asPerson(
  person: Person,
  path: string,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const { browser, host } = await theConsole();
  await withConsole(browser, host, { world, person, path }, use);
}

/** Opens another page of the console in the same window. */
export async function goTo(page: Page, path: string, heading: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(path)}`);
  await showsPage(page, heading);
}

export const showsPage = (page: Page, heading: string): Promise<void> =>
  page.getByRole("heading", { name: heading, exact: true, level: 1 }).waitFor();

/** Opens an address in another tab of the same browser, as a link with `target` does. */
export async function opensTab(page: Page, url: string): Promise<Page> {
  const [tab] = await Promise.all([
    page.context().waitForEvent("page"),
    page.evaluate(`void open(${JSON.stringify(url)}, "_blank", "noopener")`),
  ]);
  return tab;
}

/** The rows of a table without the header row, each as the texts of its cells. */
export async function rowsOf(page: Page, table: string): Promise<string[][]> {
  const rows = page.getByRole("table", { name: table, exact: true }).getByRole("row");
  await rows.nth(1).waitFor();
  const texts: string[][] = [];
  for (const row of (await rows.all()).slice(1)) {
    texts.push(await row.getByRole("cell").allInnerTexts());
  }
  return texts;
}

/** Returns the value that the page shows for this name, in its list of names and values. */
export async function factOf(page: Page | Locator, name: string): Promise<string> {
  const value = page.locator("dt").filter({ hasText: new RegExp(`^${name}$`) }).first()
    .locator("xpath=following-sibling::dd");
  return await value.innerText();
}

/**
 * Waits until the page shows this value for this name. After a change, the page first has to read
 * its data again.
 */
export async function factBecomes(page: Page, name: string, value: string): Promise<void> {
  const named = page.locator("dt").filter({ hasText: new RegExp(`^${name}$`) }).first();
  await named.locator("xpath=following-sibling::dd").getByText(value, { exact: true }).waitFor();
}

export const row = (page: Page, text: string): Locator =>
  page.getByRole("row").filter({ hasText: text }).first();

interface Change {
  /**
   * The name of the button. The test looks for the button in `within`; by default in the page's
   * whole main part.
   */
  readonly action: string;
  readonly within?: Locator;
  readonly person: Person;
  readonly fields?: Readonly<Record<string, string>>;
}

/** Opens the dialog of a change, checks that it names the author, and fills in the fields. */
export async function opensChange(page: Page, change: Change): Promise<Locator> {
  const { action, within = page.getByRole("main"), person, fields = {} } = change;
  await press(within.getByRole("button", { name: action, exact: true }));
  const dialog = page.getByRole("dialog");
  await dialog.getByText(`In your name: ${person.email}`).waitFor();
  for (const [label, value] of Object.entries(fields)) {
    await write(dialog.getByLabel(label, { exact: true }), value);
  }
  return dialog;
}

/** Presses the button of an open dialog. If the dialog offers a preview, requests it first. */
export async function presses(dialog: Locator, action: string): Promise<void> {
  const preview = dialog.getByRole("button", { name: "Preview", exact: true });
  if (await preview.count() > 0) await press(preview);
  await press(dialog.getByRole("button", { name: action, exact: true }));
}

/** Returns true if the focus is on a group that contains this element, which shows the outcome. */
const IS_IN_FOCUS = (status: unknown) => {
  const { document } = globalThis as unknown as {
    document: { activeElement: { role: string; contains(other: unknown): boolean } };
  };
  return document.activeElement.role === "group" && document.activeElement.contains(status);
};

/** Confirms the change in an open dialog, waits for the outcome, and closes the dialog. */
export async function confirms(dialog: Locator, action: string, outcome: RegExp): Promise<void> {
  await presses(dialog, action);
  const status = dialog.getByRole("status").filter({ hasText: outcome }).first();
  await status.waitFor();
  ok(await status.evaluate(IS_IN_FOCUS), "the outcome has the focus");
  await press(dialog.getByRole("button", { name: "Close" }).last());
  await dialog.waitFor({ state: "detached" });
}

/** Makes a change: opens its dialog, fills in the fields, and confirms. */
export async function changes(page: Page, change: Change, outcome: RegExp): Promise<void> {
  await confirms(await opensChange(page, change), change.action, outcome);
}

/**
 * Records the answers that the page receives from the project, except those to preflight requests.
 * The returned function returns the recorded answers.
 */
export function watchAnswers(
  page: Page,
): () => Promise<{ path: string; status: number; text: string }[]> {
  const answers: Promise<{ path: string; status: number; text: string }>[] = [];
  page.on("response", (response) => {
    const { href, pathname, search } = new URL(response.url());
    if (!href.startsWith(world.url) || response.request().method() === "OPTIONS") return;
    const text = response.text().catch(() => "");
    answers.push(text.then((text) => ({
      path: pathname.replace("/functions/v1", "") + search,
      status: response.status(),
      text,
    })));
  });
  return () => Promise.all(answers);
}

const FORMAT = new Intl.NumberFormat("en", { maximumFractionDigits: 20 });

/** Formats credits as the console does: with all digits of the API's value, in groups of three. */
export function creditsAs(amount: string, { signed = false } = {}): string {
  const text = FORMAT.format(amount as unknown as number);
  equal(text.replaceAll(",", ""), amount, "no digit is lost");
  return signed && !amount.startsWith("-") ? `+${text}` : text;
}
