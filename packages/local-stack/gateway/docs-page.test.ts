import assert from "node:assert/strict";
import { type DocsParts, docsRoutes, DOCUMENT_PATH } from "./docs-page.ts";

const KEYS = {
  publishableKey: "sb_publishable_1",
  secretKey: "sb_secret_1",
  notificationSecret: "notify-1",
};

const PARTS: DocsParts = {
  keys: KEYS,
  readDocument: () => Promise.resolve({ openapi: "3.1.0" }),
  log: () => {},
};

const LOCAL = "http://localhost:54321";

Deno.test("the docs page fills in the stack's keys only under a name of this machine", async () => {
  const app = docsRoutes(PARTS);
  const page = await (await app.request("http://localhost:54321/docs")).text();
  assert.match(page, /<html lang="en">/);
  assert.doesNotMatch(page, /preferredSecurityScheme/);
  for (const key of Object.values(KEYS)) assert.match(page, new RegExp(key));
  const renamed = await (await app.request("http://shop.example.com/docs")).text();
  assert.doesNotMatch(renamed, /sb_secret|sb_publishable|notify-1/);
});

Deno.test("the docs page loads Scalar from the stack, and must not load anything else", async () => {
  const app = docsRoutes(PARTS);
  const page = await app.request("http://127.0.0.1:54321/docs");
  assert.match(page.headers.get("content-security-policy") ?? "", /^default-src 'self'/);
  const html = await page.text();
  assert.match(html, /src="\/docs\/scalar\.js"/);
  assert.doesNotMatch(html, /https:\/\/cdn\./);
  const bundle = await app.request("/docs/scalar.js");
  assert.match(bundle.headers.get("content-type") ?? "", /^text\/javascript/);
  assert.ok((await bundle.text()).length > 1_000_000);
});

Deno.test("the docs page loads the script that repairs Scalar's elements, and has our style", async () => {
  const app = docsRoutes(PARTS);
  const html = await (await app.request(`${LOCAL}/docs`)).text();
  const head = html.slice(0, html.indexOf("</head>"));
  assert.match(head, /<style>\n\.light-mode [^]*<script type="module" src="\/docs\/repairs\.js">/);
  assert.ok(head.indexOf("/* Custom Theme */") < head.indexOf("<style>\n.light-mode"));
  const script = await app.request("/docs/repairs.js");
  assert.match(script.headers.get("content-type") ?? "", /^text\/javascript/);
  assert.match(await script.text(), /MutationObserver/);
});

/**
 * Returns `DocsParts` whose samples have numbers, so that a test sees how often samples were
 * created.
 */
function withSamples(): DocsParts & { times: () => number } {
  let times = 0;
  const samples = (document: unknown) => {
    times += 1;
    const filled = { ...document as object, "x-times": times };
    return Promise.resolve({ userToken: `token-${times}`, document: filled });
  };
  return { ...PARTS, samples, times: () => times };
}

Deno.test("the docs page shows the product's samples, and creates them once per opening", async () => {
  const parts = withSamples();
  const app = docsRoutes(parts);
  const page = await (await app.request(`${LOCAL}/docs`)).text();
  assert.match(page, /token-1/);
  assert.match(page, /"url": ?"\/docs\/openapi\.json"/);
  const document = await (await app.request(`${LOCAL}/docs/openapi.json`)).json();
  assert.deepEqual(document, { openapi: "3.1.0", "x-times": 1 });
  assert.equal(parts.times(), 1);
});

Deno.test("under another name the docs page has no samples and creates none", async () => {
  const parts = withSamples();
  const app = docsRoutes(parts);
  const page = await (await app.request("http://shop.example.com/docs")).text();
  assert.doesNotMatch(page, /token-/);
  const moved = await app.request("http://shop.example.com/docs/openapi.json");
  assert.deepEqual([moved.status, moved.headers.get("location")], [302, DOCUMENT_PATH]);
  assert.equal(parts.times(), 0);
});

Deno.test("the docs page works without samples when they fail, and the log says why", async () => {
  const lines: string[] = [];
  const samples = () => Promise.reject(new Error("connection refused"));
  const app = docsRoutes({ ...PARTS, samples, log: (line) => lines.push(line) });
  const page = await app.request(`${LOCAL}/docs`);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /sb_publishable_1/);
  assert.equal((await app.request(`${LOCAL}/docs/openapi.json`)).status, 302);
  assert.match(lines[0] ?? "", /the API page has no samples: connection refused/);
});
