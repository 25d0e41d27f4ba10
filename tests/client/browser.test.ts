/**
 * The client in Chromium, when requests fail in the network. The origin of its page differs from
 * the stack's.
 */
import { deepEqual, equal } from "node:assert/strict";
import { build } from "esbuild";
import type { Page, Request } from "playwright-core";
import { openBrowser, withPage } from "../browser/chromium.ts";
import { ROOT } from "../../scripts/command/root.ts";
import { proven } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

/**
 * The script of the page. It signs up a user, and makes a client for this user that the tests can
 * call.
 */
const SCRIPT = `
import { createClient } from "@supabase/supabase-js";
import { createFarthing } from "${ROOT}packages/client/mod.ts";
const supabase = createClient(${JSON.stringify(world.url)}, ${
  JSON.stringify(world.publishableKey)
});
globalThis.signUp = async () => {
  const login = { email: "test-" + crypto.randomUUID() + "@example.com", password: "secret-1" };
  const { error } = await supabase.auth.signUp(login);
  if (error) throw error;
  globalThis.farthing = createFarthing({ supabase });
};`;

/** Serves the page on its own port, so that its origin differs from the stack's. */
async function withApp(use: (url: string) => Promise<void>): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: SCRIPT, resolveDir: ROOT },
    ...{ bundle: true, write: false, format: "esm", platform: "browser" },
  });
  const script = outputFiles[0]!.text;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, ({ url }) => {
    const isScript = url.endsWith(".js");
    const body = isScript
      ? script
      : `<link rel="icon" href="data:,"><script type="module" src="/app.js"></script>`;
    const type = isScript ? "text/javascript" : "text/html";
    return new Response(body, { headers: { "content-type": type } });
  });
  try {
    await use(`http://localhost:${server.addr.port}/`);
  } finally {
    await server.shutdown();
  }
}

/** Evaluates an expression in the page. In the expression, `farthing` is the client. */
const evaluate = (page: Page, code: string) => page.evaluate(code) as Promise<unknown>;

/** Records the requests of a route. `fail` answers the first request. */
async function failingOnce(
  page: Page,
  path: string,
  fail: Parameters<Page["route"]>[1],
): Promise<Request[]> {
  const seen: Request[] = [];
  await page.route(`**/functions/v1/${path}`, async (route, request) => {
    if (request.method() === "OPTIONS") return await route.continue();
    seen.push(request);
    await (seen.length === 1 ? fail(route, request) : route.continue());
  });
  return seen;
}

async function repeats(page: Page): Promise<void> {
  const seen = await failingOnce(page, "checkout", (route) => route.abort());
  equal(await evaluate(page, `farthing.buy("starter").then(({ status }) => status)`), "pending");
  const sent = await Promise.all(
    seen.map(async (request) => [
      (await request.allHeaders())["idempotency-key"],
      request.postData(),
    ]),
  );
  equal(sent.length, 2);
  deepEqual(sent[0], sent[1]);
  equal(sent[0]![1], `{"package_id":"starter"}`);
}

async function refreshes(page: Page): Promise<void> {
  const error = { type: "auth", code: "token_expired", message: "Expired.", retryable: false };
  const seen = await failingOnce(page, "credits", (route) =>
    route.fulfill({
      status: 401,
      headers: { "access-control-allow-origin": "*" },
      json: { error, metadata: {} },
    }));
  equal(await evaluate(page, "farthing.credits.get().then(({ available }) => available)"), "0");
  equal(seen.length, 2);
}

async function saysOffline(page: Page): Promise<void> {
  await page.route("**/functions/v1/top-ups", (route) => route.abort());
  const call =
    "farthing.topUps.get({ timeoutMs: 500 }).catch(({ code, status }) => [code, status])";
  deepEqual(await evaluate(page, call), ["network_error", 0]);
}

Deno.test("the client in Chromium, on a page of another origin", async (test) => {
  const browser = await openBrowser();
  try {
    await withApp((url) =>
      withPage(browser, async (page) => {
        await page.goto(url);
        await page.waitForFunction("'signUp' in globalThis");
        await evaluate(page, "signUp()");
        await test.step("repeats a broken change with its key and body", () => repeats(page));
        await test.step("refreshes an expired session", () => refreshes(page));
        await test.step("reports network_error when no response comes", () => saysOffline(page));
      })
    );
    await proven(world);
  } finally {
    await browser.close();
  }
});
