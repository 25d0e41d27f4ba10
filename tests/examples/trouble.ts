/**
 * Tests an example when the network or the session fails, or the user reloads the page during a
 * payment.
 */
import { deepEqual, equal } from "node:assert/strict";
import type { Page } from "playwright-core";
import type { ExampleName } from "../../scripts/example/install.ts";
import { watchBlanks } from "../browser/accessibility.ts";
import { control } from "../support/money/stripe.ts";
import { withDeliveries } from "../support/project/database.ts";
import { isForEverybody, pays, press, section, showsCredits, signsUp } from "./app-page.ts";
import { changesSession } from "./session.ts";
import type { Visit } from "./visit.ts";

/**
 * Records each text that the page shows as the balance, also after a reload.
 * @param text a JavaScript expression; its value in the page is the text to record
 */
export async function watchCredits(
  page: Page,
  text = `document.querySelector(".figure")?.textContent`,
): Promise<() => Promise<string[]>> {
  await page.addInitScript(`new MutationObserver(() => {
    const text = ${text};
    const seen = JSON.parse(sessionStorage.getItem("seen") ?? "[]");
    if (text && seen.at(-1) !== text) sessionStorage.setItem("seen", JSON.stringify([...seen, text]));
  }).observe(document, { childList: true, subtree: true, characterData: true })`);
  return () => page.evaluate(`JSON.parse(sessionStorage.getItem("seen") ?? "[]")`);
}

export async function reloadsWhilePaying({ world, page, origin }: Visit): Promise<void> {
  const email = await signsUp(page, origin);
  const seen = await watchCredits(page);
  await withDeliveries(world, "exclusive", async () => {
    await control(world, "POST", "deliveries/hold", { types: ["*"] });
    try {
      await pays(page, world, email);
      await showsCredits(page, "paying…");
      await page.reload();
      await showsCredits(page, "paying…");
      await section(page, "Buy credits").getByText("is being confirmed").waitFor();
      await isForEverybody(page, "paying");
    } finally {
      await control(world, "POST", "deliveries/release");
    }
  });
  await showsCredits(page, "9,990");
  deepEqual((await seen()).filter((text) => !["…", "paying…"].includes(text)), ["9,990"]);
  equal(page.url(), `${origin}/`);
  await press(page, "Sign out");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  // The address still has no order id, although a router could have restored the earlier address.
  equal(page.url(), `${origin}/`);
}

/**
 * The text that each example shows first as a new user's balance. Next.js reads the balance on the
 * server, so its first text is already the amount.
 */
const FIRST: Partial<Record<ExampleName, string>> = { vite: "…", next: "0" };

export async function isOffline({ page, origin, example }: Visit): Promise<void> {
  await signsUp(page, origin);
  const seen = await watchCredits(page);
  const path = "**/functions/v1/credits";
  await page.route(path, (route) => route.abort());
  await page.reload();
  await showsCredits(page, "unknown");
  deepEqual(await seen(), [FIRST[example], "unknown"]);
  await isForEverybody(page, `${example}-unknown`);
  await page.unroute(path);
  await section(page, "Credits").getByRole("button", { name: "Look again" }).click();
  await showsCredits(page, "0");
}

export const EXPIRED = { expires_at: 1, access_token: "expired" };

export async function comesBackExpired(visit: Visit): Promise<void> {
  const { page, origin } = visit;
  await signsUp(page, origin);
  await changesSession(visit, EXPIRED);
  await page.reload();
  await showsCredits(page, "0");
  await changesSession(visit, { ...EXPIRED, refresh_token: "revoked" });
  await page.reload();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
}

/** A slow mobile network: 400 ms of latency, 180 kB/s down and 80 kB/s up. */
const SLOW = {
  offline: false,
  latency: 400,
  downloadThroughput: 180_000,
  uploadThroughput: 80_000,
};

/**
 * On a slow network, the page is never blank. A refused job is shown under its temporary id at
 * first, and disappears after the refusal.
 */
export async function isSlow({ page, origin, example }: Visit): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.emulateNetworkConditions", SLOW);
  const seen = await watchCredits(page);
  const wasBlank = await watchBlanks(page);
  await signsUp(page, origin);
  deepEqual(await seen(), [...new Set([FIRST[example], "0"])]);
  const research = section(page, "Research");
  await research.getByLabel("Your topic").fill("Explain the penny.");
  await press(page, "Start");
  await research.getByText("Starting…").waitFor();
  await research.getByRole("alert").waitFor();
  equal(await research.getByText("Starting…").count(), 0);
  equal(await research.locator("[data-status]").count(), 0);
  equal(await wasBlank(), false);
}
