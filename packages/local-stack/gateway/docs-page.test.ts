import assert from "node:assert/strict";
import { docsRoutes } from "./docs-page.ts";

Deno.test("the docs page loads Scalar from the stack, and must not load anything else", async () => {
  const app = docsRoutes();
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
