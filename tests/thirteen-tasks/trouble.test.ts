/** The app of the thirteen tasks when the network or the session fails, or a page is reloaded. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { paysByCard } from "../browser/another-origin/app-page.ts";
import { changesSession } from "../examples/session.ts";
import { EXPIRED, watchCredits } from "../examples/trouble.ts";
import { testVisits, type Visit } from "../examples/visit.ts";
import { control } from "../support/money/stripe.ts";
import { withDeliveries } from "../support/project/database.ts";
import { promptOf, requestsWith } from "../support/work/chat.ts";
import { asks, BALANCE, card, opensCheckout, press, showsCredits, signsUp } from "./app-page.ts";

/** Chromium's own values for "Slow 3G". */
const SLOW_3G = {
  ...{ offline: false, latency: 2_000 },
  ...{ downloadThroughput: 50_000, uploadThroughput: 50_000 },
};

/**
 * A user without credits signs up while requests are slow. The app's own back end and Farthing both
 * refuse the user's requests.
 */
async function isSlow(visit: Visit): Promise<void> {
  const { page, world } = visit;
  const devtools = await page.context().newCDPSession(page);
  const throttle = () => devtools.send("Network.emulateNetworkConditions", SLOW_3G);
  const seen = await watchCredits(page, BALANCE);
  await signsUp(visit, throttle);
  for (const label of ["Ask our model", "Research"]) {
    const { name, content } = promptOf("");
    const began = performance.now();
    await asks(page, label, content);
    await page.getByRole("dialog").getByText(/and 0 are available/).waitFor();
    ok(performance.now() - began >= SLOW_3G.latency);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    deepEqual(await requestsWith(world, name), []);
  }
  deepEqual(await seen(), ["Sign in required", "0 available"]);
}

/** A purchase goes on when its page is reloaded, and the old balance is never shown meanwhile. */
async function reloadsWhilePaying(visit: Visit): Promise<void> {
  const { page, world, origin } = visit;
  const email = await signsUp(visit);
  const seen = await watchCredits(page, BALANCE);
  await withDeliveries(world, "exclusive", async () => {
    await control(world, "POST", "deliveries/hold", { types: ["*"] });
    try {
      await opensCheckout(visit);
      await paysByCard(page, world, email);
      await showsCredits(page, "Paying…");
      await page.reload();
      await showsCredits(page, "Paying…");
      await page.getByText("We are waiting for the confirmation of your payment.").waitFor();
    } finally {
      await control(world, "POST", "deliveries/release");
    }
  });
  await showsCredits(page, "9,990");
  deepEqual(new Set(await seen()), new Set(["Paying…", "9,990 available"]));
  equal(page.url(), `${origin}/`);
}

async function isOffline(visit: Visit): Promise<void> {
  const { page } = visit;
  await signsUp(visit);
  const seen = await watchCredits(page, BALANCE);
  const path = "**/functions/v1/**";
  await page.route(path, (route) => route.abort());
  await page.reload();
  await showsCredits(page, "Your balance is unknown");
  await card(page, "History").getByText("The history is unknown").waitFor();
  await card(page, "Automatic top-ups").getByText("The top-ups are unknown").waitFor();
  deepEqual(await seen(), ["Your balance is unknown"]);
  await page.unroute(path);
  await press(card(page, "Credits"), "Try again");
  await showsCredits(page, "0");
}

/** The app's own back end is unavailable: the page shows the failure, and keeps the balance. */
async function losesItsBackEnd(visit: Visit): Promise<void> {
  const { page } = visit;
  await signsUp(visit);
  await page.route("**/api/answers", (route) => route.abort());
  await asks(page, "Ask our model", "Hello");
  await page.getByText("It failed").waitFor();
  await showsCredits(page, "0");
  equal(await page.getByRole("dialog").count(), 0);
}

async function comesBackExpired(visit: Visit): Promise<void> {
  const { page } = visit;
  await signsUp(visit);
  let refreshes = 0;
  page.on("request", (request) => refreshes += Number(/grant_type=refresh/.test(request.url())));
  await changesSession(visit, EXPIRED);
  await page.reload();
  await showsCredits(page, "0");
  ok(refreshes > 0);
  await changesSession(visit, { ...EXPIRED, refresh_token: "revoked" });
  await page.reload();
  await showsCredits(page, "Sign in required");
  await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
}

testVisits("thirteen-tasks", "the thirteen tasks in trouble", [
  ["are refused on a slow network as on a fast one", isSlow],
  [
    "survive a reload in the middle of a purchase, and never show the old balance",
    reloadsWhilePaying,
  ],
  ["show what can't be read as unknown, and never as 0", isOffline],
  ["show the failure of the app's own back end", losesItsBackEnd],
  ["renew an expired session, and require a sign-in when they can't", comesBackExpired],
]);
