/**
 * An operator whom the tests of one file share, and functions that read what the operator's pages
 * show.
 */
import type { Locator, Page } from "playwright-core";
import type { z } from "zod";
import { once } from "../blocks/once.ts";
import { data, get } from "../support/project/http.ts";
import { signUpOperator } from "../support/project/people.ts";
import { asPerson } from "./operate.ts";
import { world } from "./opened.ts";

export const theOperator = once(() => signUpOperator(world));

/** Opens the console at an address as an operator. */
export async function asOperator(path: string, use: (page: Page) => Promise<void>): Promise<void> {
  await asPerson(await theOperator(), path, use);
}

/** Reads an endpoint as the operator whom the tests share. */
export async function readAs<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  return data(await get(world, path, (await theOperator()).as), 200, schema);
}

/** The link to a page. `path` has the id in full, even if the link's text is shortened. */
export const linkTo = (within: Page | Locator, path: string): Locator =>
  within.locator(`a[href="#${path}"]`).first();

/** The table row that has a link to this page. */
export const rowWith = (page: Page, path: string): Locator =>
  page.getByRole("row").filter({ has: page.locator(`a[href="#${path}"]`) }).first();

/** The cells of a row, by the titles of their columns. */
export async function cellsOf(row: Locator): Promise<Readonly<Record<string, string>>> {
  await row.waitFor();
  const table = row.locator("xpath=ancestor::table");
  const titles = await table.getByRole("columnheader").allInnerTexts();
  const cells = await row.getByRole("cell").allInnerTexts();
  return Object.fromEntries(titles.map((title, at) => [title, cells[at] ?? ""]));
}

const UTC = {
  dateStyle: "medium",
  timeStyle: "medium",
  hourCycle: "h23",
  timeZone: "UTC",
} as const;

/** Formats a time from the API as the console does. */
export const momentAs = (at: string | null): string =>
  at === null ? "none" : `${new Intl.DateTimeFormat("en", UTC).format(new Date(at))} UTC`;

/** Formats money from the API as the console does, in dollars. */
export const dollarsAs = (cents: number): string =>
  `${cents < 0 ? "-" : ""}$${(Math.abs(cents) / 100).toFixed(2)}`;
