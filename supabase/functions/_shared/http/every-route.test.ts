import assert from "node:assert/strict";
import { AUTHORED } from "../adapters/database/add-author.ts";
import { type Fake, makeFake } from "#support/fakes/services.ts";
import { USER_ID } from "#support/project.ts";
import { type Role, ROUTE_CASES, type RouteCase, sendCase } from "#support/cases/routes.ts";

const ROLES: readonly Role[] = ["nobody", "publishable", "user", "operator", "secret"];
const ENVELOPED = ROUTE_CASES.filter(({ isFile }) => !isFile);

function label({ method, path }: RouteCase): string {
  return `${method} ${path.replace(/[0-9a-f-]{36}/, ":id")}`;
}

/** Returns the status and the error code with which a route refuses this role. */
function refusalOf(role: Role): { status: number; code: string } {
  const isNobody = role === "nobody" || role === "publishable";
  return isNobody ? { status: 401, code: "unauthenticated" } : { status: 403, code: "forbidden" };
}

async function checkRefused(route: RouteCase, role: Role, fake: Fake): Promise<void> {
  const answer = await sendCase(fake, route, { as: role });
  const { status, code } = refusalOf(role);
  const { error } = await answer.json();
  assert.equal(answer.status, status, `${label(route)} as ${role}`);
  assert.equal(error.code, code);
  assert.deepEqual(fake.names(), [], `${label(route)} as ${role} reached the database`);
}

for (const route of ROUTE_CASES) {
  Deno.test(`${label(route)} answers ${route.status} and reaches the database once`, async () => {
    const fake = await makeFake();
    const answer = await sendCase(fake, route);
    const text = await answer.text();
    assert.equal(answer.status, route.status, text);
    assert.deepEqual(fake.names(), route.reaches);
  });

  Deno.test(`${label(route)} admits exactly the callers that it declares`, async () => {
    for (const role of ROLES) {
      const fake = await makeFake();
      if (!route.allowed.includes(role)) await checkRefused(route, role, fake);
      else {
        const answer = await sendCase(fake, route, { as: role });
        assert.equal(answer.status, route.status, `${role}: ${await answer.text()}`);
      }
    }
  });
}

Deno.test("a user with another role in app_metadata cannot call operators' routes", async () => {
  const routes = ROUTE_CASES.filter(({ allowed }) =>
    allowed.includes("operator") && !allowed.includes("user")
  );
  assert(routes.length > 10, `${routes.length}`);
  for (const route of routes) {
    const fake = await makeFake();
    const token = await fake.project.sign({ claims: { app_metadata: { role: "admin" } } });
    const headers = { authorization: `Bearer ${token}` };
    const answer = await sendCase(fake, route, { as: "publishable", headers });
    await answer.body?.cancel();
    assert.deepEqual([answer.status, fake.names()], [403, []], label(route));
  }
});

/**
 * The author that the database records for each role on a route. If an operator reads data, the
 * author is the operator. If an operator changes their own data, the author is `owner`.
 */
function authorOf(role: Role, { allowed, method }: RouteCase): string {
  if (role === "secret") return "key:default";
  if (role === "operator" && method === "GET") return `operator:${USER_ID}`;
  return allowed.includes("user") ? "owner" : `operator:${USER_ID}`;
}

Deno.test("T40: every function that records an author gets the caller of its route", async () => {
  const given = new Set<string>();
  for (const route of ROUTE_CASES) {
    for (const as of route.allowed) {
      const fake = await makeFake();
      await (await sendCase(fake, route, { as })).body?.cancel();
      for (const { name, args } of fake.calls.filter((call) => call.name in AUTHORED)) {
        assert.equal(args.p_author, authorOf(as, route), `${label(route)} as ${as}`);
        given.add(name);
      }
    }
  }
  assert.deepEqual([...given].sort(), Object.keys(AUTHORED).sort());
});

Deno.test("every answer has the request's ids, and forbids caching and sniffing", async () => {
  for (const route of ROUTE_CASES) {
    const { headers, body } = await sendCase(await makeFake(), route);
    await body?.cancel();
    assert.match(headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
    assert.match(headers.get("traceparent") ?? "", /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
  }
});

/**
 * The routes that begin new business, such as a booking or a checkout, by product. All other routes
 * work while the product is off, including the webhook for Stripe's events.
 */
const BEGINNINGS = {
  b2b: ["POST /bookings", "POST /providers", "POST /providers/me/onboarding-link"],
  b2c: ["POST /checkout", "POST /top-ups", "POST /top-ups/card"],
};

for (const [product, beginnings] of Object.entries(BEGINNINGS)) {
  Deno.test(`while ${product} is off, only the routes that begin new business refuse callers`, async () => {
    const features = { isOn: (name: string) => Promise.resolve(name !== product) };
    const shut = new Set<string>();
    for (const route of ROUTE_CASES) {
      for (const as of route.allowed) {
        const fake = await makeFake({ overrides: { features } });
        const answer = await sendCase(fake, route, { as });
        const text = await answer.text();
        if (answer.status === route.status) continue;
        assert.equal(JSON.parse(text).error.code, "feature_disabled", label(route));
        assert.deepEqual([answer.status, fake.names()], [403, []], label(route));
        shut.add(label(route));
      }
    }
    assert.deepEqual([...shut].sort(), beginnings);
  });
}

Deno.test("every success is in the envelope", async () => {
  for (const route of ENVELOPED) {
    const answer = await sendCase(await makeFake(), route);
    const { success, data, metadata } = await answer.json();
    assert.equal(success, true);
    assert.equal(metadata.requestId, answer.headers.get("x-request-id"));
    assert.equal(metadata.traceId, answer.headers.get("traceparent")?.split("-")[1]);
    assert.equal(metadata.timestamp, "2026-11-21T12:00:00.000Z");
    assert.equal(Array.isArray(data), "nextCursor" in metadata, label(route));
  }
});

Deno.test("an invalid credential is 401 even on a route that needs none", async () => {
  const open = ROUTE_CASES.filter(({ allowed, path }) =>
    allowed.includes("nobody") && path !== "/stripe-webhook"
  );
  assert(open.length >= 4);
  for (const route of open) {
    const headers = { authorization: "Bearer nonsense" };
    const answer = await sendCase(await makeFake(), route, { headers });
    assert.equal(answer.status, 401, label(route));
    assert.equal((await answer.json()).error.code, "unauthenticated");
  }
});

Deno.test("an unexpected error is 500 with a fixed sentence, and the detail is in the log", async () => {
  for (const route of ROUTE_CASES.filter(({ reaches }) => reaches.length > 0)) {
    if (route.path === "/health/ready") continue;
    const fail = () => {
      throw new Error("secret detail of sk_test_123456");
    };
    const fake = await makeFake({ answers: { [route.reaches[0]!]: fail } });
    const answer = await sendCase(fake, route);
    const text = await answer.text();
    assert.equal(answer.status, 500, label(route));
    assert.equal(JSON.parse(text).error.code, "internal");
    assert(!text.includes("detail"), text);
    const line = fake.lines.find(({ level }) => level === "error");
    assert.match(String(line?.record.detail), /secret detail of sk_test_123456/);
  }
});

Deno.test("one line is logged per request, without the contents that callers sent", async () => {
  for (const route of ROUTE_CASES) {
    const fake = await makeFake();
    await (await sendCase(fake, route)).body?.cancel();
    assert.equal(fake.lines.length, 1);
    const [{ message, record }] = fake.lines as [typeof fake.lines[0]];
    assert.equal(message, "request");
    assert.equal(record.status, route.status);
    assert.doesNotMatch(JSON.stringify(record), /eyJ|sb_secret|goodwill|0b5d1a52/);
  }
});
