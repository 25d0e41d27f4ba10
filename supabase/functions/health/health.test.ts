import assert from "node:assert/strict";
import { ApiError } from "../_shared/http/errors.ts";
import { makeFake } from "../_shared/testing/fake-services.ts";
import { send } from "../_shared/testing/route-cases.ts";

Deno.test("live looks at nothing", async () => {
  const fake = await makeFake();
  const answer = await send(fake, "GET", "/health/live");
  assert.deepEqual((await answer.json()).data, { status: "ok" });
  assert.deepEqual(fake.names(), []);
});

Deno.test("ready lists its checks, and serves without a rate limiter", async () => {
  const answer = await send(await makeFake(), "GET", "/health/ready");
  assert.equal(answer.status, 200);
  assert.deepEqual((await answer.json()).data, {
    status: "degraded",
    checks: { database: "ok", jwks: "ok", stripe: "ok", redis: "degraded" },
  });
});

Deno.test("ready is 503 without a database or a key set, and says which", async () => {
  const answers = { health_database: () => Promise.reject(new ApiError("upstream_unavailable")) };
  const noDatabase = await send(await makeFake({ answers }), "GET", "/health/ready");
  assert.equal(noDatabase.status, 503);
  const { error } = await noDatabase.json();
  assert.equal(error.code, "not_ready");
  assert.equal(error.details.checks.database, "down");
  const overrides = { checkKeySet: () => Promise.resolve("down" as const) };
  const noKeys = await send(await makeFake({ overrides }), "GET", "/health/ready");
  assert.equal(noKeys.status, 503);
  assert.equal((await noKeys.json()).error.details.checks.jwks, "down");
});

Deno.test("ready is only degraded without Stripe: credits are spent as before", async () => {
  const unreachable = { payments: { isReachable: () => Promise.resolve(false) } };
  const unconfigured = {
    overrides: {
      payments: () => {
        throw new ApiError("not_ready");
      },
    },
  };
  for (const options of [unreachable, unconfigured]) {
    const answer = await send(await makeFake(options), "GET", "/health/ready");
    assert.equal(answer.status, 200);
    assert.equal((await answer.json()).data.checks.stripe, "degraded");
  }
});

Deno.test("the contract is served as OpenAPI 3.1, without our envelope", async () => {
  const answer = await send(await makeFake(), "GET", "/health/openapi.json");
  const document = await answer.json();
  assert.equal(document.openapi, "3.1.0");
  assert(document.paths["/usage"].post);
});
