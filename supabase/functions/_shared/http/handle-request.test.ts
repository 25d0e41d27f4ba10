import assert from "node:assert/strict";
import { ApiError } from "../core/errors.ts";
import type { Report } from "../adapters/sentry/report-type.ts";
import { countedMetrics } from "#support/fakes/counted-metrics.ts";
import { makeFake } from "#support/fakes/services.ts";
import { createApp } from "../../usage/app.ts";
import { USER_ID } from "#support/project.ts";
import { ROUTE_CASES, send, sendCase } from "#support/cases/routes.ts";
import { TOKENS } from "#support/cases/usage.ts";

async function loggedField(field: string): Promise<unknown> {
  const fake = await makeFake();
  const route = ROUTE_CASES.find(({ path, body }) => path === "/usage" && body !== undefined)!;
  const answer = await sendCase(fake, route, { body: { ...route.body as object, [field]: 1 } });
  assert.equal((await answer.json()).error.field, field);
  return fake.lines.at(-1)?.record.field;
}

Deno.test("a refused field is logged by its name", async () => {
  assert.equal(await loggedField("user_idd"), "user_idd");
});

Deno.test("a refused field whose name does not have the form of ours is not logged", async () => {
  for (const said of ["Jane Doe", "jane@doe.example", "Doe", "jane-doe"]) {
    assert.equal(await loggedField(said), undefined);
  }
});

Deno.test("only text in the form of a method is logged as the method", async () => {
  const logged = async (method: string) => {
    const fake = await makeFake();
    const answer = await createApp(fake.source).request("/usage", { method });
    assert.equal(answer.status, 404);
    return fake.lines.at(-1)?.record.method;
  };
  for (const method of ["PUT", "PROPFIND"]) assert.equal(await logged(method), method);
  for (const method of ["A".repeat(20_000), "jane.doe", "sk_live_51NhXyzXyz"]) {
    assert.equal(await logged(method), "other");
  }
});

Deno.test("an internal error is reported to Sentry once, and a refusal is not", async () => {
  const reported: [string, string | null][] = [];
  const report: Report = ({ code }, { title }) => void reported.push([code, title]);
  const route = ROUTE_CASES.find(({ path, body }) => path === "/usage" && body !== undefined)!;
  const statusOf = async (error?: unknown) => {
    const answers = { usage_charge: () => Promise.reject(error) };
    const fake = await makeFake({ overrides: { report }, ...(error !== undefined && { answers }) });
    const changes = error === undefined ? { body: {} } : {};
    return (await sendCase(fake, route, changes)).status;
  };
  assert.equal(await statusOf(), 400);
  assert.equal(await statusOf(new ApiError("insufficient_credits")), 402);
  assert.deepEqual(reported, []);
  assert.equal(await statusOf(new Error("no")), 500);
  assert.equal(await statusOf(new ApiError("upstream_unavailable")), 503);
  assert.equal(await statusOf(new ApiError("invalid_request", { isOurBug: true })), 400);
  assert.deepEqual(reported, [
    ["internal", "POST /usage"],
    ["upstream_unavailable", "POST /usage"],
    ["invalid_request", "POST /usage"],
  ]);
});

Deno.test("a usage under a known event id with other contents is counted", async () => {
  const metrics = countedMetrics();
  const fake = await makeFake({
    overrides: { metrics },
    answers: { usage_charge: () => Promise.reject(new ApiError("usage_conflict")) },
  });
  const answer = await send(fake, "POST", "/usage", {
    as: "secret",
    headers: { "idempotency-key": "key-1" },
    body: { user_id: USER_ID, ...TOKENS },
  });
  assert.equal(answer.status, 409, await answer.text());
  assert.deepEqual(metrics.counts, { "usage_conflicts request": 1 });
});

Deno.test("a refused credential is counted by its status and code, and other refusals are not", async () => {
  const metrics = countedMetrics();
  const fake = await makeFake({
    overrides: { metrics },
    answers: { features_read: () => Promise.reject(new ApiError("feature_disabled")) },
  });
  const requests: [number, "GET" | "POST", string, Parameters<typeof send>[3]][] = [
    [401, "GET", "/credits", {}],
    [401, "GET", "/credits", { headers: { apikey: "sb_secret_guessed" } }],
    [401, "POST", "/send-notification", { headers: { "x-webhook-secret": "guessed" }, body: {} }],
    [403, "POST", "/credits/grants", { as: "user", body: {} }],
    [403, "GET", "/features", {}],
    [400, "POST", "/stripe-webhook", { headers: { "stripe-signature": "bad" }, body: {} }],
    [400, "POST", "/usage", { as: "secret", body: {} }],
    [200, "GET", "/credits", { as: "user" }],
  ];
  for (const [status, method, path, options] of requests) {
    const answer = await send(fake, method, path, options);
    assert.equal(answer.status, status, path);
    await answer.body?.cancel();
  }
  assert.deepEqual(metrics.counts, {
    "auth_failures 401 unauthenticated": 3,
    "auth_failures 403 forbidden": 1,
    "auth_failures 400 signature_invalid": 1,
  });
});
