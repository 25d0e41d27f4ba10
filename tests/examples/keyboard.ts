/** Uses an example with the keyboard alone: only Tab, Enter and text. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { watchAnnouncements, watchBlanks } from "../browser/accessibility.ts";
import { enterOn, type Ring, tabTo, typeInto } from "../browser/keyboard.ts";
import { withDeliveries } from "../support/project/database.ts";
import { promptOf } from "../support/work/chat.ts";
import { isForEverybody, section, showsCredits } from "./app-page.ts";
import type { Visit } from "./visit.ts";

/** The example draws an outline around the focused element. */
const RING: Ring = { property: "outlineStyle", value: /solid/ };

async function signsUpByKeyboard({ page, origin }: Visit): Promise<void> {
  await page.goto(origin);
  await page.getByLabel("Email").waitFor();
  await typeInto(page, "Email", `page-${crypto.randomUUID()}@example.com`, RING);
  await typeInto(page, "Password", crypto.randomUUID(), RING);
  await enterOn(page, "Sign up", RING);
  await showsCredits(page, "0");
}

/**
 * Buys on Stripe's page. That page marks the focused element in its own way, so RING is not checked
 * there.
 */
async function buysByKeyboard({ page, world }: Visit): Promise<void> {
  await page.getByRole("button", { name: /for Starter$/ }).waitFor();
  await withDeliveries(world, "shared", async () => {
    await enterOn(page, "for Starter", RING);
    await page.waitForURL(`${world.stripeUrl}/**`);
    await typeInto(page, "Card number", "4242 4242 4242 4242");
    await typeInto(page, "Expiry", "12/40");
    await typeInto(page, "Security code", "123");
    await enterOn(page, "Pay $");
    await section(page, "Buy credits").getByText("Thank you.").waitFor();
  });
  await showsCredits(page, "9,990");
  await isForEverybody(page, "paid");
}

async function worksByKeyboard({ page }: Visit): Promise<void> {
  const research = section(page, "Research");
  await typeInto(page, "Your topic", "Explain the farthing. [plan:1]", RING);
  await page.keyboard.press("Enter");
  await research.getByText("Completed", { exact: true }).waitFor();
  await typeInto(page, "Your topic", "Explain the groat. [plan:5] [slow:4000]", RING);
  await enterOn(page, "Start", RING);
  await enterOn(page, "Cancel", RING);
  await isForEverybody(page, "cancelling");
  await research.getByText("Cancelled", { exact: true }).waitFor();
}

async function asksByKeyboard({ page }: Visit): Promise<void> {
  const answer = section(page, "Ask").locator("[data-role=assistant]");
  await typeInto(page, "Your question", promptOf("[tokens:300] [pace:60]").content, RING);
  await page.keyboard.press("Enter");
  await answer.filter({ hasText: /\w+ \w+ \w+/ }).waitFor();
  await isForEverybody(page, "streaming");
  await enterOn(page, "Stop", RING);
  await answer.getByText(/^[\d.]+ credits, stopped$/).waitFor();
  await isForEverybody(page, "stopped");
}

/** Asserts that a screen reader announces each change, and never a balance that is out of date. */
function announces(said: string[]): void {
  for (
    const text of [
      ...["0", "paying…", "9,990", "Thank you. Your credits have been added."],
      ...["Starting…", "Completed", "Cancelled"],
    ]
  ) ok(said.some((one) => one.includes(text)), `${text} is not among ${said.join(" | ")}`);
  const balances = said.filter((text) => /^[\d,.]+$/.test(text));
  deepEqual(balances.slice(0, 2), ["0", "9,990"]);
}

export async function isUsedByKeyboard(visit: Visit): Promise<void> {
  const { page } = visit;
  const said = await watchAnnouncements(page);
  const wasBlank = await watchBlanks(page);
  await signsUpByKeyboard(visit);
  await isForEverybody(page, "new");
  await buysByKeyboard(visit);
  await worksByKeyboard(visit);
  await asksByKeyboard(visit);
  await tabTo(page, "Download CSV", RING);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.keyboard.press("Enter"),
  ]);
  equal(download.suggestedFilename(), "credits.csv");
  announces(await said());
  await enterOn(page, "Sign out", RING);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  equal(await wasBlank(), false);
}
