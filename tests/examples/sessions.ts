/** An example sends and logs request ids, and follows a session that another tab changes. */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Page, Request } from "playwright-core";
import { press, section, showsCredits, signsUp } from "./app-page.ts";
import { signUp } from "../support/project/people.ts";
import { signsInElsewhere } from "./session.ts";
import type { Visit } from "./visit.ts";

/** Records the requests to the functions, and the lines of the console's log. */
function watchRequests(page: Page) {
  const sent: Request[] = [];
  const lines: string[] = [];
  page.on("request", (request) => {
    const isCall = request.url().includes("/functions/v1/") && request.method() !== "OPTIONS";
    if (isCall) sent.push(request);
  });
  page.on("console", (message) => {
    if (message.type() === "info") lines.push(message.text());
  });
  return { sent, lines };
}

async function isRefusedAJob(page: Page): Promise<void> {
  const research = section(page, "Research");
  await research.getByLabel("Your topic").fill("Explain the penny.");
  await press(page, "Start");
  await research.getByRole("alert").waitFor();
}

/**
 * The app logs the id of each request. The only POST is a request for a job, which is refused. Like
 * every POST, it has an idempotency key.
 */
export async function logsEachRequest({ page, origin }: Visit): Promise<void> {
  const { sent, lines } = watchRequests(page);
  await signsUp(page, origin);
  await isRefusedAJob(page);
  const answered: { id: string | undefined; key: string | undefined; method: string }[] = [];
  for (const request of sent) {
    // React's strict mode aborted this request
    if (await request.response().catch(() => null) === null) continue;
    const headers = await request.allHeaders();
    answered.push({
      id: headers["x-request-id"],
      key: headers["idempotency-key"],
      method: request.method(),
    });
  }
  deepEqual(answered.filter(({ id }) => id === undefined), []);
  for (const { id } of answered) {
    ok(lines.some((line) => line.includes(id!)), `${id} is not logged`);
  }
  const changes = answered.filter(({ method }) => method !== "GET");
  equal(changes.length, 1);
  ok(changes.every(({ key }) => key !== undefined));
}

/** Opens the app in a second tab of the same window. */
async function secondTab(page: Page): Promise<Page> {
  const [tab] = await Promise.all([
    page.waitForEvent("popup"),
    page.evaluate("void open(location.href)"),
  ]);
  return tab;
}

/**
 * A sign-out and the sign-in of another user reach the other tab, which shows only the new user's
 * data.
 */
export async function followsTheOtherTab({ page, origin }: Visit): Promise<void> {
  const first = await signsUp(page, origin);
  const tab = await secondTab(page);
  await showsCredits(tab, "0");
  await tab.getByText(first).waitFor();
  await press(page, "Sign out");
  await tab.getByRole("button", { name: "Sign in" }).waitFor();
  const second = await signsUp(page, origin);
  await tab.getByText(second).waitFor();
  await showsCredits(tab, "0");
  equal(await tab.getByText(first).count(), 0);
  await tab.close();
}

/**
 * While one user is signed in, another tab signs in a second user. Afterwards, the page shows no
 * data of the first user.
 */
export async function keepsNothingOfAnother(visit: Visit): Promise<void> {
  const { page, origin, world } = visit;
  await signsUp(page, origin);
  await isRefusedAJob(page);
  const { email, supabase } = await signUp(world);
  const { data } = await supabase.auth.getSession();
  await signsInElsewhere(visit, data.session!);
  await page.getByText(email).waitFor();
  equal(await section(page, "Research").getByRole("alert").count(), 0);
}
