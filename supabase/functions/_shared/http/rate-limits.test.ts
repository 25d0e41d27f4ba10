import assert from "node:assert/strict";
import type { Limiter } from "../limits/limiter.ts";
import type { LimitedRequest } from "../limits/rate-limit-rules.ts";
import { makeFake } from "#support/fakes/services.ts";
import { type Role, ROUTE_CASES, type RouteCase, sendCase } from "#support/cases/routes.ts";
import { CLIENT_IP_HEADER } from "../core/ip-hash.ts";

const HEADERS: [string, string][] = [
  ["ratelimit-policy", `"default";q=100;w=60`],
  ["ratelimit", `"default";r=0;t=17`],
];

const FULL: Limiter = {
  check: () =>
    Promise.resolve({
      headers: HEADERS,
      refusal: { code: "rate_limited", retryAfterSeconds: 17 },
    }),
};

/** A limiter that allows every request and records the callers. */
function listening(): { limiter: Limiter; asked: LimitedRequest[] } {
  const asked: LimitedRequest[] = [];
  const check = (asking: LimitedRequest) => {
    asked.push(asking);
    return Promise.resolve({ headers: HEADERS });
  };
  return { limiter: { check }, asked };
}

function label({ method, path }: RouteCase): string {
  return `${method} ${path.replace(/[0-9a-f-]{36}/, ":id")}`;
}

/**
 * Routes without a rate limit: the settlement and the release of a hold, Stripe's events, scheduled
 * tasks and monitoring.
 */
const NEVER_LIMITED = [
  "GET /health/live",
  "GET /health/ready",
  "POST /credits/holds/:id/release",
  "POST /credits/holds/:id/settle",
  "POST /health/deep",
  "POST /job-runner",
  "POST /notification-runner",
  "POST /payment-runner",
  "POST /stripe-webhook",
];

Deno.test("a used-up limit refuses every limited route with 429 and no database call", async () => {
  const served: string[] = [];
  for (const route of ROUTE_CASES) {
    const fake = await makeFake({ overrides: { limiter: FULL } });
    const answer = await sendCase(fake, route);
    const text = await answer.text();
    if (answer.status !== 429) {
      assert.equal(answer.status, route.status, text);
      served.push(label(route));
      continue;
    }
    assert.equal(JSON.parse(text).error.code, "rate_limited");
    assert.equal(JSON.parse(text).error.retryable, true);
    assert.equal(answer.headers.get("retry-after"), "17");
    for (const [name, value] of HEADERS) assert.equal(answer.headers.get(name), value);
    assert.deepEqual(fake.names(), []);
  }
  assert.deepEqual([...new Set(served)].sort(), NEVER_LIMITED);
});

Deno.test("a success, a refusal and a file have the limit's headers", async () => {
  const missing = { headers: { "idempotency-key": "" } };
  for (const [path, options] of [["/credits", {}], ["/usage", missing], ["/credits/entries", {}]]) {
    const { limiter } = listening();
    const route = ROUTE_CASES.find((each) => each.path === path)!;
    const answer = await sendCase(
      await makeFake({ overrides: { limiter } }),
      route,
      options as object,
    );
    await answer.body?.cancel();
    for (const [name, value] of HEADERS) {
      assert.equal(answer.headers.get(name), value, String(path));
    }
  }
});

/**
 * The rate limits that apply in addition to the default limit of 100, with the routes that use
 * them.
 */
const COUNTED_APART: Record<string, string[]> = {
  ai: ["POST /ai/chat", "POST /ai/research", "POST /ai/v1/chat/completions"],
  bookings: ["POST /bookings"],
  checkout: ["POST /checkout"],
  jobs: ["POST /jobs"],
  notifications: ["POST /send-notification"],
  providers: ["POST /providers", "POST /providers/me/onboarding-link"],
  refunds: ["POST /refunds"],
  "top-ups": ["POST /top-ups", "POST /top-ups/card"],
  usage: ["POST /usage", "POST /usage/batch"],
};

Deno.test("a route is counted by its own rule", async () => {
  const counted: Record<string, string[]> = {};
  for (const route of ROUTE_CASES) {
    const { limiter, asked } = listening();
    const fake = await makeFake({ overrides: { limiter } });
    await (await sendCase(fake, route)).body?.cancel();
    const limit = asked[0]?.limit ?? "none";
    if (limit === "none" || limit === "default") continue;
    (counted[limit] ??= []).push(label(route));
  }
  for (const [limit, labels] of Object.entries(counted)) {
    counted[limit] = [...new Set(labels)].sort();
  }
  assert.deepEqual(counted, COUNTED_APART);
});

async function askedBy(role: Role, path: string, headers = {}): Promise<LimitedRequest[]> {
  const { limiter, asked } = listening();
  const fake = await makeFake({ overrides: { limiter } });
  const route = ROUTE_CASES.find((each) => each.path === path)!;
  await (await sendCase(fake, route, { as: role, headers })).body?.cancel();
  return asked;
}

Deno.test("a limit gets the caller, the key, and the address from the platform's header", async () => {
  const [user] = await askedBy("user", "/credits", { "x-forwarded-for": "203.0.113.1" });
  assert.deepEqual([user?.caller?.kind, user?.key, user?.ipHash], [
    "user",
    "publishable",
    undefined,
  ]);
  const [backEnd] = await askedBy("secret", "/credits/debits");
  assert.deepEqual([backEnd?.caller?.kind, backEnd?.key], ["secret", "default"]);
  const [nobody] = await askedBy("nobody", "/usage/rates", { [CLIENT_IP_HEADER]: "203.0.113.1" });
  assert.deepEqual([nobody?.caller?.kind, nobody?.key], ["none", null]);
  assert.match(nobody?.ipHash ?? "", /^[0-9a-f]{64}$/);
});

Deno.test("a refused credential is counted once, as an anonymous caller", async () => {
  const asked = await askedBy("nobody", "/credits", { authorization: "Bearer nonsense" });
  assert.deepEqual(asked.map(({ caller, key }) => [caller, key]), [[null, null]]);
});
