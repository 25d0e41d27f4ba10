/**
 * Opens every page while the service refuses requests, fails or can't be reached. Also opens the
 * operators' pages as a user without a role.
 */
import { deepEqual, ok } from "node:assert/strict";
import type { Page, Route } from "playwright-core";
import { watchBlanks } from "../browser/accessibility.ts";
import { once } from "../blocks/once.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { addressOf, AREAS } from "./all-pages.ts";
import { answerAll, isLoading, movesTo } from "./moving.ts";
import { asPerson } from "./operate.ts";
import { test, testsEnd, world } from "./opened.ts";

const operator = once(() => signUpOperator(world));

interface Trouble {
  readonly name: string;
  readonly answer: (route: Route) => Promise<void>;
}

const failing = (status: number, code: string, headers = {}) => (route: Route) =>
  route.fulfill({
    status,
    headers: { "access-control-allow-origin": "*", "content-type": "application/json", ...headers },
    body: JSON.stringify({
      success: false,
      error: { code, message: `The service said ${code}.`, retryable: false },
      metadata: { requestId: "request-1", timestamp: "2026-01-01T00:00:00Z" },
    }),
  });

const TROUBLES: readonly Trouble[] = [
  { name: "500", answer: failing(500, "internal") },
  { name: "401", answer: failing(401, "unauthorized") },
  { name: "403", answer: failing(403, "forbidden") },
  { name: "no connection", answer: (route) => route.abort() },
  { name: "429", answer: failing(429, "rate_limited", { "retry-after": "3600" }) },
  { name: "a response that is not JSON", answer: (route) => route.fulfill({ body: "<html>" }) },
];

/** Matches the words by which a page says that it does not know a figure. */
const UNKNOWN = /unknown|could not|failed|not |no answer|sign in/i;
const LONGER_THAN_A_READING_MS = 25_000;
const LONGER_THAN_A_JOB_MS = 60_000;

/**
 * Opens a page. Returns the page's text if the page has called the service but does not show that
 * the call failed.
 */
async function silenceOf(page: Page, path: string): Promise<string[]> {
  let hasAsked = false;
  const note = (request: { url(): string }) =>
    hasAsked ||= request.url().includes("/functions/v1/");
  page.on("request", note);
  await movesTo(page, path);
  // The client repeats calls after a while. The test advances the page's clock instead of waiting:
  // real waits on all pages would take so long that the session would expire.
  await page.clock.runFor(LONGER_THAN_A_READING_MS);
  if (await isLoading(page)) await page.clock.runFor(LONGER_THAN_A_JOB_MS);
  await movesTo(page, path, "loaded");
  page.off("request", note);
  const text = await page.getByRole("main").innerText();
  return hasAsked && !UNKNOWN.test(text) ? [`${path}: ${text.slice(0, 200)}`] : [];
}

for (const { name, answer } of TROUBLES) {
  test(`with ${name}, no page is blank, and each says that its figures are unknown`, async () => {
    await asPerson(await operator(), "/nowhere", async (page) => {
      const wasBlank = await watchBlanks(page);
      await page.clock.install();
      await page.reload();
      await answerAll(page, answer);
      const silent: string[] = [];
      for (const path of AREAS.flatMap(({ paths }) => paths)) {
        silent.push(...await silenceOf(page, addressOf(path)));
      }
      deepEqual(silent, []);
      ok(!await wasBlank());
    });
  });
}

test("the page of a record that does not exist says so", async () => {
  await asPerson(await operator(), "/nowhere", async (page) => {
    const silent: string[] = [];
    for (const path of AREAS.flatMap(({ paths }) => paths).filter((path) => path.includes(":"))) {
      silent.push(...await silenceOf(page, addressOf(path)));
    }
    deepEqual(silent, []);
  });
});

test("a session that is revoked leads to the sign-in", async () => {
  await asPerson(await signUp(world), "/", async (page) => {
    await page.getByRole("heading", { name: "Balance" }).waitFor();
    await page.addInitScript(
      `localStorage.setItem("farthing-console ${world.url}", JSON.stringify({
        ...JSON.parse(localStorage.getItem("farthing-console ${world.url}")),
        expires_at: 1, access_token: "expired", refresh_token: "revoked",
      }))`,
    );
    await page.reload();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
  });
});

test("a plain user gets no operator page, and the network carries no operator data", async () => {
  const others = AREAS.filter(({ isForOperators }) => isForOperators);
  await asPerson(await signUp(world), "/nowhere", async (page) => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    for (const path of others.flatMap(({ paths }) => paths)) {
      await movesTo(page, addressOf(path));
      await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    }
    deepEqual(asked.filter((url) => url.includes("/functions/v1/")), []);
  });
});

testsEnd();
