import assert from "node:assert/strict";
import { ApiError } from "../_shared/core/errors.ts";
import { type Fake, makeFake } from "#support/fakes/services.ts";
import { METRIC_SAMPLES } from "#support/samples/metrics.ts";
import { send } from "#support/cases/routes.ts";

const BEGAN_MS = Date.parse("2026-11-21T12:00:00Z");

interface World {
  readonly fake: Fake;
  nowMs: number;
  isUp: boolean;
}

async function makeWorld(): Promise<World> {
  const world = { nowMs: BEGAN_MS, isUp: true };
  const fake = await makeFake({
    now: () => new Date(world.nowMs),
    answers: {
      health_report: () =>
        world.isUp
          ? {
            ...METRIC_SAMPLES.health_report({}),
            as_of: new Date(world.nowMs).toISOString(),
          }
          : Promise.reject(new ApiError("upstream_unavailable")),
    },
  });
  return Object.assign(world, { fake });
}

const ask = async ({ fake }: World) => (await send(fake, "GET", "/health")).json();

Deno.test("health reports figures, and reads them once in five seconds", async () => {
  const world = await makeWorld();
  const [{ data }] = await Promise.all([ask(world), ask(world), ask(world)]);
  assert.equal(data.stale, false);
  assert.equal(data.windows["1h"].routes[0].p95_ms, 80.5);
  world.nowMs += 4_999;
  assert.equal((await ask(world)).data.as_of, data.as_of);
  assert.equal(world.fake.calls.length, 1);
  world.nowMs += 1;
  assert.notEqual((await ask(world)).data.as_of, data.as_of);
  assert.equal(world.fake.calls.length, 2);
});

Deno.test("without the database health returns its last report for ten minutes", async () => {
  const world = await makeWorld();
  await ask(world);
  world.isUp = false;
  world.nowMs += 10 * 60_000;
  const { data } = await ask(world);
  assert.deepEqual([data.stale, data.as_of], [true, new Date(BEGAN_MS).toISOString()]);
  world.nowMs += 5_000;
  assert.equal((await ask(world)).error.code, "not_ready");
  world.isUp = true;
  world.nowMs += 5_000;
  assert.equal((await ask(world)).data.stale, false);
});

Deno.test("health is 503 if the database was never available", async () => {
  const world = await makeWorld();
  world.isUp = false;
  const answer = await send(world.fake, "GET", "/health");
  assert.equal(answer.status, 503);
  assert.equal((await answer.json()).error.code, "not_ready");
});

Deno.test("an internal error is answered as internal, and not as an unavailable database", async () => {
  const answers = { health_report: () => Promise.reject(new ApiError("internal")) };
  const answer = await send(await makeFake({ answers }), "GET", "/health");
  assert.equal(answer.status, 500);
  assert.equal((await answer.json()).error.code, "internal");
});

Deno.test("metrics are text for a collector, and are read once in two seconds", async () => {
  const fake = await makeFake();
  const answers = await Promise.all(
    [1, 2].map(() => send(fake, "GET", "/health/metrics", { as: "secret" })),
  );
  const [text] = await Promise.all(answers.map((answer) => answer.text()));
  assert.match(answers[0]!.headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
  assert.match(text!, /^farthing_credits_sold_total\{kind="purchase"\} 9990$/m);
  assert.equal(fake.calls.length, 1);
});
