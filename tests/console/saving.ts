/** Changes settings as an operator does: reads the list of changes, gives a reason, and saves. */
import type { Locator, Page } from "playwright-core";
import { press as pressOn, write } from "./by-keyboard.ts";
import { cellsOf } from "./shown-figures.ts";

export async function press(within: Page | Locator, name: string): Promise<void> {
  await pressOn(within.getByRole("button", { name, exact: true }));
}

/** The rows of the list of changes that an open dialog shows. */
export async function diffOf(page: Page, name: string): Promise<string[][]> {
  const [, ...rows] = await cellsOf(page, `Changes of ${name}`);
  return rows;
}

/** Saves the change that the open dialog shows, and closes the dialog. */
export async function save(page: Page, reason: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await write(dialog.getByLabel("Reason", { exact: true }), reason);
  await press(dialog, "Save");
  await dialog.getByText(/^Saved as version \d+ of these settings\.$/).waitFor();
  await press(dialog, "Close");
  await dialog.waitFor({ state: "detached" });
}

/**
 * The name of the button that undoes this version. `name` is the name of the changed item in a
 * list; settings without items have no `name`.
 */
export const undoOf = (version: string, name?: string): string =>
  `Undo: Undo version ${version} of these settings${name === undefined ? "" : `: ${name}`}`;
