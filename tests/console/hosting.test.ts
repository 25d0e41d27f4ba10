/**
 * The built console on a static host: its size, its Content Security Policy, and its messages when
 * `farthing.json` is missing or wrong.
 */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { buildConsole, CONSOLE_BUILD } from "../../scripts/console/build.ts";
import { checkProject, ProjectError } from "../../apps/console/src/check-project.ts";
import { staticConsole } from "@farthing/local-stack/console";
import { withPage } from "../browser/chromium.ts";
import { test, testsEnd, theConsole, world } from "./opened.ts";

const KB = 1000;
const MOST_GZIP = 170 * KB;
const MOST_RAW = 500 * KB;

/** Returns the scripts that index.html loads, and the scripts that these import statically. */
async function initialScripts(): Promise<string[]> {
  const html = await Deno.readTextFile(`${CONSOLE_BUILD}/index.html`);
  const found = new Set(
    [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path!),
  );
  for (const path of found) {
    const code = await Deno.readTextFile(`${CONSOLE_BUILD}/${path}`);
    const imports = code.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g);
    for (const [, name] of imports) found.add(`assets/${name}`);
  }
  return [...found];
}

test("the scripts of the first page are small enough", async () => {
  await buildConsole();
  const scripts = await initialScripts();
  ok(scripts.length > 0);
  let [raw, gzip] = [0, 0];
  for (const path of scripts) {
    const code = await Deno.readFile(`${CONSOLE_BUILD}/${path}`);
    raw += code.length;
    gzip += gzipSync(code).length;
  }
  ok(gzip <= MOST_GZIP, `${gzip} bytes of gzip in ${scripts.join(", ")}`);
  ok(raw <= MOST_RAW, `${raw} bytes in ${scripts.join(", ")}`);
});

test("the built page has no inline script or style", async () => {
  await buildConsole();
  const html = await Deno.readTextFile(`${CONSOLE_BUILD}/index.html`);
  deepEqual(html.match(/<script(?![^>]*\ssrc=)[^>]*>|<style|\sstyle=|\son\w+=/g), null);
});

test("the console works under the strict policy of the local stack's server", async () => {
  const { browser } = await theConsole();
  const { url, publishableKey } = world;
  const app = staticConsole({ dir: CONSOLE_BUILD, project: { url, publishableKey } });
  const stop = new AbortController();
  const options = { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen: () => {} };
  const server = Deno.serve(options, app.fetch);
  try {
    await withPage(browser, async (page) => {
      const refused: string[] = [];
      page.on("console", (line) => {
        if (/Content Security Policy/i.test(line.text())) refused.push(line.text());
      });
      const answer = await page.goto(`http://127.0.0.1:${server.addr.port}/`);
      match((await answer?.headerValue("content-security-policy")) ?? "", /script-src 'self'/);
      await page.getByRole("button", { name: "Sign in" }).waitFor();
      deepEqual(refused, []);
    });
  } finally {
    stop.abort();
    await server.finished;
  }
});

test("on a host without headers, the page's own policy stops a script in the page", async () => {
  const { browser, host } = await theConsole();
  await withPage(browser, async (page) => {
    const refused: string[] = [];
    page.on("console", (line) => {
      if (/Content Security Policy/i.test(line.text())) refused.push(line.text());
    });
    const answer = await page.goto(host.address);
    equal(await answer?.headerValue("content-security-policy"), null);
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    deepEqual(refused, [], "the console itself violates no policy");
    await page.evaluate(`document.body.append(
      Object.assign(document.createElement("script"), { textContent: "globalThis.ran = true" }),
    )`);
    equal(await page.evaluate(`globalThis.ran`), undefined);
    match(refused.join(), /script-src 'self'/);
  });
});

test("before the console is built, the local stack says how to build it", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const app = staticConsole({ dir, project: { url: "http://127.0.0.1:1", publishableKey: "p" } });
    const answer = await app.request("/");
    deepEqual(answer.status, 503);
    match(await answer.text(), /deno task console build/);
  } finally {
    await Deno.remove(dir);
  }
});

const SECRET = /has a secret key, .*Revoke that key/;

/** A secret key in the format that was used before `sb_secret_`: a JWT. */
const serviceRole = () =>
  ["{}", `{"role":"service_role"}`, ""].map((part) => btoa(part).replaceAll("=", "")).join(".");

const WRONG: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ["no JSON", "<!doctype html>", /must be a JSON object/],
  ["null", "null", /must be a JSON object/],
  ["no URL", `{"publishableKey":"sb_publishable_x"}`, /url in farthing\.json/],
  ["a script as its URL", `{"url":"javascript:alert(1)","publishableKey":"x"}`, /url in/],
  ["no key", `{"url":"https://abc.supabase.co"}`, /publishableKey is missing/],
  [
    "an old secret key",
    JSON.stringify({ url: "https://a.b", publishableKey: serviceRole() }),
    SECRET,
  ],
  ["a secret key", `{"url":"https://a.b","publishableKey":"sb_secret_x"}`, SECRET],
];

for (const [what, text, message] of WRONG) {
  Deno.test(`farthing.json with ${what} is refused, and the message says why`, () => {
    throws(
      () => checkProject(text),
      (error) => error instanceof ProjectError && message.test(error.message),
    );
  });
}

test("a host without farthing.json shows how to write it", async () => {
  const { browser, host } = await theConsole();
  await withPage(browser, async (page) => {
    await page.route("**/farthing.json", (route) => route.fulfill({ status: 404 }));
    await page.goto(host.address);
    await page.getByRole("heading", { name: "This console has no project yet" }).waitFor();
    await page.getByText(/answers 404\. Put farthing\.json beside index\.html/).waitFor();
  });
});

testsEnd();
