import assert from "node:assert/strict";
import { NO_METRICS } from "../../metrics/metrics.ts";
import { type FakeRedis, startFakeRedis } from "#support/fakes/redis.ts";
import { createRedisBreaker, type RedisBreaker } from "./redis-breaker.ts";
import { createRedis, type RedisAddress } from "./redis.ts";

function guarded(address: RedisAddress, looks: Promise<unknown>[] = []): RedisBreaker {
  const waitUntil = (work: Promise<unknown>) => void looks.push(work);
  return createRedisBreaker({ client: createRedis(address), metrics: NO_METRICS, waitUntil });
}

/** Calls `run` with a function that advances the clock by one minute. */
async function withClock(run: (passMinute: () => void) => Promise<void>): Promise<void> {
  const { now } = performance;
  const realNow = Date.now;
  let passedMs = 0;
  try {
    performance.now = () => now.call(performance) + passedMs;
    Date.now = () => realNow() + passedMs;
    await run(() => void (passedMs += 60_000));
  } finally {
    performance.now = now;
    Date.now = realNow;
  }
}

async function breakIt(redis: RedisBreaker, fake: FakeRedis): Promise<void> {
  fake.mood = "wrong-token";
  for (let asked = 0; asked < 100 && redis.isUp(); asked++) {
    assert.equal(await redis.answers(), false);
  }
  assert.equal(redis.isUp(), false);
}

Deno.test("a Redis whose probe failed is probed again, in every outage", async () => {
  await using fake = startFakeRedis();
  const looks: Promise<unknown>[] = [];
  const redis = guarded(fake.address, looks);
  await withClock(async (passMinute) => {
    for (let outage = 1; outage <= 2; outage++) {
      await breakIt(redis, fake);
      passMinute();
      for (const mood of ["wrong-token", "ok"] as const) {
        fake.mood = mood;
        assert.equal(redis.isUp(), false, "the first request does not wait");
        await looks.at(-1);
        assert.equal(redis.isUp(), mood === "ok");
        passMinute();
      }
      assert.equal(looks.length, 2 * outage);
    }
  });
});

Deno.test("a Redis that answers a write with another value is not healthy", async () => {
  await using fake = startFakeRedis();
  const redis = guarded(fake.address);
  assert.equal(await redis.answers(), true);
  for (const body of [`[{"result":"bm8="}]`, `[{"result":null}]`, "[]", "<html>"]) {
    fake.mood = { body };
    assert.equal(await redis.answers(), false, body);
  }
});

Deno.test("a Redis that hangs up is asked once", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let calls = 0;
  const hangUp = async () => {
    for await (const connection of listener) {
      calls += 1;
      connection.close();
    }
  };
  const hanging = hangUp();
  const { port } = listener.addr as Deno.NetAddr;
  const redis = guarded({ url: `http://127.0.0.1:${port}`, token: "a-token" });
  assert.equal(await redis.answers(), false);
  assert.equal(calls, 1);
  listener.close();
  await hanging;
});
