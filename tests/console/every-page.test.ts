/**
 * Every page of the menu, for a buyer and for an operator, on a project without the person's data:
 * axe, names, narrow and zoomed windows, dark, and each way in which the service can fail.
 */
import { deepEqual, ok } from "node:assert/strict";
import type { Page, Route } from "playwright-core";
import {
  audit,
  namelessIn,
  overflowsAt,
  type Size,
  watchBlanks,
  ZOOMED,
} from "../browser/accessibility.ts";
import { once } from "../blocks/once.ts";
import { type Person, signUp, signUpOperator } from "../support/project/people.ts";
import { withConsole } from "./console-page.ts";
import { test, testsEnd, theConsole, world } from "./opened.ts";

const SIZES: readonly Size[] = [{ width: 1280, height: 900 }, { width: 375, height: 800 }, ZOOMED];

const operator = once(() => signUpOperator(world));
const buyer = once(() => signUp(world));

async function visit(
  person: Person,
  use: (page: Page) => Promise<void>,
  path = "/",
): Promise<void> {
  const { browser, host } = await theConsole();
  await withConsole(browser, host, { world, person, path }, use);
}

/** The addresses in the menu, behind the `#`. */
async function menuOf(page: Page): Promise<string[]> {
  const menu = page.getByRole("navigation", { name: "Pages" });
  await menu.getByRole("link").first().waitFor();
  return await menu.locator("a").evaluateAll((links) =>
    links.map((link) => (link as unknown as { hash: string }).hash.slice(1))
  );
}

const isLoading = `document.querySelector("main [aria-label*=oading], main [aria-label*=loading]")`;

/** Opens a page and waits until nothing on it is loading. */
async function open(page: Page, path: string): Promise<void> {
  await page.evaluate(
    (to) => (globalThis as unknown as { location: Location }).location.hash = to,
    path,
  );
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForFunction(`!(${isLoading})`);
}

/** Everything that keeps a person from using the page as it is now. */
async function faultsOf(page: Page, path: string): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    found.push(...(await audit(page)).map((fault) => `${colorScheme}: ${fault}`));
  }
  found.push(...await namelessIn(page), ...await overflowsAt(page, SIZES));
  await page.setViewportSize(SIZES[0]!);
  return found.map((fault) => `${path} ${fault}`);
}

for (const [who, signsIn] of [["a buyer", buyer], ["an operator", operator]] as const) {
  test(`every page of ${who} is for everybody, on the first day without data`, async () => {
    await visit(await signsIn(), async (page) => {
      const found: string[] = [];
      for (const path of await menuOf(page)) {
        await open(page, path);
        found.push(...await faultsOf(page, path));
      }
      deepEqual(found, []);
    });
  });
}

interface Trouble {
  readonly name: string;
  readonly answer: (route: Route) => Promise<void>;
  /** The text that a page with a reading then shows. */
  readonly shows: RegExp;
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

const UNKNOWN = /unknown|could not|failed|not /i;

const TROUBLES: readonly Trouble[] = [
  { name: "500", answer: failing(500, "internal"), shows: UNKNOWN },
  { name: "403", answer: failing(403, "forbidden"), shows: UNKNOWN },
  { name: "no connection", answer: (route) => route.abort(), shows: UNKNOWN },
  {
    name: "429",
    answer: failing(429, "rate_limited", { "retry-after": "3600" }),
    shows: UNKNOWN,
  },
];

for (const { name, answer, shows } of TROUBLES) {
  test(`with ${name}, no page is blank, and each says that it does not know`, async () => {
    await visit(await operator(), async (page) => {
      const wasBlank = await watchBlanks(page);
      const menu = await menuOf(page);
      await page.route("**/functions/v1/**", answer);
      const silent: string[] = [];
      for (const path of menu) {
        let asked = false;
        const note = (request: { url(): string }) =>
          asked ||= request.url().includes("/functions/v1/");
        page.on("request", note);
        await page.evaluate((to) => {
          const { location } = globalThis as unknown as { location: Location };
          location.hash = to;
          location.reload();
        }, path);
        await page.getByRole("heading", { level: 1 }).first().waitFor();
        await page.waitForFunction(`!(${isLoading})`);
        page.off("request", note);
        const text = await page.getByRole("main").innerText();
        if (asked && !shows.test(text)) silent.push(`${path}: ${text.slice(0, 200)}`);
      }
      deepEqual(silent, []);
      ok(!await wasBlank());
    });
  });
}

test("a session that is revoked leads to the sign-in", async () => {
  const person = await signUp(world);
  await visit(person, async (page) => {
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
  const theirs = await operator();
  let paths: string[] = [];
  await visit(theirs, async (page) => {
    paths = await menuOf(page);
  });
  await visit(await buyer(), async (page) => {
    const own = await menuOf(page);
    const others = paths.filter((path) => !own.includes(path));
    ok(others.length > 0);
    const asked: string[] = [];
    for (const path of others) {
      page.on("request", (request) => asked.push(request.url()));
      await open(page, path);
      await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    }
    deepEqual(asked.filter((url) => url.includes("/functions/v1/")), []);
  });
});

testsEnd();
