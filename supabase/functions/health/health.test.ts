import assert from "node:assert/strict";
import { ApiError } from "../_shared/core/errors.ts";
import { makeFake } from "#support/fakes/services.ts";
import { send } from "#support/cases/routes.ts";

Deno.test("live checks nothing", async () => {
  const fake = await makeFake();
  const answer = await send(fake, "GET", "/health/live");
  assert.deepEqual((await answer.json()).data, { status: "ok" });
  assert.deepEqual(fake.names(), []);
});

Deno.test("ready lists its checks, and serves without a rate limiter", async () => {
  const overrides = { checkRedis: () => Promise.resolve("degraded" as const) };
  const answer = await send(await makeFake({ overrides }), "GET", "/health/ready");
  assert.equal(answer.status, 200);
  assert.deepEqual((await answer.json()).data, {
    status: "degraded",
    checks: {
      ...{ database: "ok", jwks: "ok", stripe: "ok", redis: "degraded" },
      scheduled_tasks: "ok",
    },
  });
});

Deno.test("ready is degraded, and serves, where no scheduled task has run for 5 minutes", async () => {
  const answers = { health_database: () => ({ ok: true as const, at: "", runs_tasks: false }) };
  const answer = await send(await makeFake({ answers }), "GET", "/health/ready");
  assert.equal(answer.status, 200);
  const { status, checks } = (await answer.json()).data;
  assert.deepEqual([status, checks.scheduled_tasks], ["degraded", "degraded"]);
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

Deno.test("ready runs its checks once in two seconds, however often it is called", async () => {
  let nowMs = Date.parse("2026-11-21T12:00:00Z");
  let isUp = true;
  let probes = 0;
  const fake = await makeFake({
    now: () => new Date(nowMs),
    answers: {
      health_database: () =>
        isUp
          ? { ok: true, at: "", runs_tasks: true }
          : Promise.reject(new ApiError("upstream_unavailable")),
    },
    payments: { isReachable: () => Promise.resolve(++probes > 0) },
  });
  const ask = async () => {
    const answer = await send(fake, "GET", "/health/ready");
    await answer.body?.cancel();
    return answer.status;
  };
  assert.deepEqual(await Promise.all([ask(), ask(), ask()]), [200, 200, 200]);
  isUp = false;
  nowMs += 1_999;
  assert.equal(await ask(), 200);
  assert.deepEqual([fake.names().length, probes], [1, 1]);
  nowMs += 1;
  assert.deepEqual([await ask(), await ask()], [503, 503]);
  assert.deepEqual([fake.names().length, probes], [2, 2]);
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
