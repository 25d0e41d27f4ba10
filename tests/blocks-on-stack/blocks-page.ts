/** Operates the page with all blocks, as a signed-in user of the stack does. */
import type { Browser, Page } from "playwright-core";
import { paysByCard } from "../browser/another-origin/app-page.ts";
import { withPage } from "../browser/chromium.ts";
import { withDeliveries } from "../support/project/database.ts";
import type { Person } from "../support/project/people.ts";
import type { World } from "../support/project/world.ts";

/** A person, and a window in which the person is signed in. */
export interface Visit {
  readonly world: World;
  readonly page: Page;
  readonly person: Person;
}

export const press = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole("button", { name, exact: true }).click();

/** Finds the card of the block that has this heading. */
export const card = (page: Page, heading: string) =>
  page.locator("[data-slot=card]", { has: page.getByRole("heading", { name: heading }) }).last();

/** Waits until the balance block shows these available credits. */
export async function showsCredits(page: Page, text: string): Promise<void> {
  await card(page, "Credits").getByRole("status").getByText(text, { exact: true }).waitFor();
}

/** Opens the page with all blocks in a new window, in which the person is signed in. */
export async function withBlocks(
  browser: Browser,
  origin: string,
  { world, person }: Pick<Visit, "world" | "person">,
  use: (visit: Visit) => Promise<void>,
): Promise<void> {
  const { url, publishableKey } = world;
  const project = { url, publishableKey, userId: person.id, token: person.token };
  const text = JSON.stringify(JSON.stringify(project));
  await withPage(browser, async (page) => {
    await page.addInitScript(`localStorage.setItem("project", ${text})`);
    await page.goto(`${origin}/?block=all`);
    await use({ world, page, person });
  });
}

/** Pays on Stripe's page, and waits until the block confirms the payment. */
export async function pays({ world, page, person }: Visit): Promise<void> {
  await withDeliveries(world, "shared", async () => {
    await paysByCard(page, world, person.email);
    await page.getByText("Thank you", { exact: true }).waitFor();
  });
}
