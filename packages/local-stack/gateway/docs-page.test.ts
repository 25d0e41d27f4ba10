import assert from "node:assert/strict";
import { docsRoutes } from "./docs-page.ts";

const KEYS = {
  publishableKey: "sb_publishable_1",
  secretKey: "sb_secret_1",
  notificationSecret: "notify-1",
};

Deno.test("the docs page fills in the stack's keys only under a name of this machine", async () => {
  const app = docsRoutes(KEYS);
  const page = await (await app.request("http://localhost:54321/docs")).text();
  assert.match(page, /<html lang="en">/);
  assert.match(page, /"preferredSecurityScheme": ?"secretKey"/);
  for (const key of Object.values(KEYS)) assert.match(page, new RegExp(key));
  const renamed = await (await app.request("http://shop.example.com/docs")).text();
  assert.doesNotMatch(renamed, /sb_secret|sb_publishable|notify-1/);
});

Deno.test("the docs page loads Scalar from the stack, and must not load anything else", async () => {
  const app = docsRoutes(KEYS);
  const page = await app.request("http://127.0.0.1:54321/docs");
  assert.match(page.headers.get("content-security-policy") ?? "", /^default-src 'self'/);
  const html = await page.text();
  assert.match(html, /src="\/docs\/scalar\.js"/);
  assert.match(html, /\/functions\/v1\/health\/openapi\.json/);
  assert.doesNotMatch(html, /https:\/\/cdn\./);
  const bundle = await app.request("/docs/scalar.js");
  assert.match(bundle.headers.get("content-type") ?? "", /^text\/javascript/);
  assert.ok((await bundle.text()).length > 1_000_000);
});
