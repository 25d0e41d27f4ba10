import assert from "node:assert/strict";
import { type HomeParts, homeRoutes } from "./home-page.ts";
import type { DemoResult } from "../stack/demo-result.ts";
import type { Welcome } from "../stack/welcome.ts";

const at = (port: number) => `http://127.0.0.1:${port}`;

const URLS = {
  api: at(1),
  database: "postgresql://postgres:postgres@127.0.0.1:2/postgres",
  console: at(7),
  mail: at(3),
  stripe: at(4),
  ai: at(5),
  redis: undefined,
};

const WELCOME: Welcome = {
  name: "Shop <1>",
  about: "Sells things.",
  documents: [{ path: "docs/tutorial.md", about: "Begin here." }],
  firstRequest: ({ url, publishableKey }) => `curl ${url}/things -H 'apikey: ${publishableKey}'`,
  demo: "deno task play",
  readProof: () => Promise.resolve({ state: "good", summary: "12 rules hold", detail: "today" }),
};

const PARTS: HomeParts = {
  status: () =>
    Promise.resolve({
      pid: 7,
      urls: URLS,
      health: {
        database: { ok: true, detail: "PostgreSQL 17" },
        mail: { ok: true, detail: "mail inbox" },
      },
    }),
  access: { url: URLS.api, publishableKey: "sb_publishable_1", secretKey: "sb_secret_1" },
  welcome: WELCOME,
  readDemo: () => Promise.resolve(undefined),
  now: () => new Date("2026-11-24T03:30:00Z"),
};

async function textOf(parts: HomeParts): Promise<string> {
  return await (await homeRoutes(parts).request("/")).text();
}

Deno.test("the home page shows the parts, the proof and where to go, and no secret key", async () => {
  const page = await textOf(PARTS);
  assert.match(page, /<html lang="en">/);
  assert.match(page, /All 2 parts are up/);
  assert.match(page, /PostgreSQL 17/);
  assert.match(page, /12 rules hold/);
  assert.match(page, /docs\/tutorial\.md/);
  assert.match(page, /curl http:\/\/127\.0\.0\.1:1\/things/);
  assert.match(page, /href="http:\/\/127\.0\.0\.1:3"/);
  assert.match(page, /Shop &lt;1&gt;/);
  assert.match(page, /03:30:00 UTC/);
  assert.doesNotMatch(page, /sb_secret|<script/);
});

Deno.test("the home page names the parts that are down, and a proof that cannot be read", async () => {
  const readProof = () => Promise.reject(new Error("connection refused"));
  const status = async () => {
    const fine = await PARTS.status();
    return { ...fine, health: { ...fine.health, database: { ok: false, detail: "down" } } };
  };
  const page = await textOf({ ...PARTS, status, welcome: { ...WELCOME, readProof } });
  assert.match(page, /1 of 2 parts is down/);
  assert.match(page, /The proof could not be read/);
  assert.match(page, /connection refused/);
});

const DEMO: DemoResult = {
  command: "deno task play",
  ended_at: "2026-11-24T03:20:00.000Z",
  figures: [
    { name: "requests charged", service: "2000", computed: "2000", equal: true },
    { name: "balance <now>", service: "17.5", computed: "17.5", equal: true },
  ],
  violations: 0,
};

const withDemo = (demo: DemoResult): HomeParts => ({
  ...PARTS,
  readDemo: () => Promise.resolve(demo),
});

Deno.test("the home page shows the demo's result, each figure and when it was played", async () => {
  const page = await textOf(withDemo(DEMO));
  assert.match(page, /2 of 2 figures are equal\. Violations of the rules: 0\./);
  assert.match(page, /2026-11-24 03:20 UTC/);
  assert.match(page, /requests charged<\/th>\s*<td>2000<\/td>\s*<td>2000<\/td>\s*<td>equal/);
  assert.match(page, /balance &lt;now&gt;/);
  assert.doesNotMatch(page, /not in order|not played/);
});

Deno.test("a demo with a figure that differs or with a violation is not in order", async () => {
  const [first, ...others] = DEMO.figures;
  const figures = [{ ...first!, service: "1999", equal: false }, ...others];
  const differing = await textOf(withDemo({ ...DEMO, figures }));
  assert.match(differing, /1 of 2 figures are equal/);
  assert.match(differing, /not in order/);
  assert.match(await textOf(withDemo({ ...DEMO, violations: 1 })), /not in order/);
});

Deno.test("the home page says how to play the demo if none has played", async () => {
  const page = await textOf(PARTS);
  assert.match(page, /not played/);
  assert.match(page, /<pre>deno task play<\/pre>/);
});

Deno.test("the home page of a stack without a product shows its parts", async () => {
  const page = await textOf({ ...PARTS, welcome: undefined });
  assert.match(page, /Local stack/);
  assert.doesNotMatch(page, /The proof|The demo|The first request/);
});

Deno.test("the home page's policy allows its style and nothing else", async () => {
  const { headers } = await homeRoutes(PARTS).request("/");
  const policy = headers.get("content-security-policy") ?? "";
  assert.match(policy, /^default-src 'none'; style-src 'sha256-[^']+';/);
  assert.doesNotMatch(policy, /unsafe|script-src/);
  assert.equal(headers.get("cache-control"), "no-store");
});
