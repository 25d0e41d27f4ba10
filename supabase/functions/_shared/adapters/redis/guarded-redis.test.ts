import assert from "node:assert/strict";
import { NO_METRICS } from "../../metrics/metrics.ts";
import { type FakeRedis, startFakeRedis } from "#support/fakes/redis.ts";
import {
  type GuardedRedis,
  guardRedis,
  type RedisFailure,
  redisFailureOf,
} from "./guarded-redis.ts";
import { createRedis, type RedisAddress } from "./redis.ts";
import { errors } from "@upstash/redis";

function guarded(address: RedisAddress, looks: Promise<unknown>[] = []): GuardedRedis {
  const waitUntil = (work: Promise<unknown>) => void looks.push(work);
  return guardRedis({ client: createRedis(address), metrics: NO_METRICS, waitUntil });
}

/** Advances the clock by minutes. */
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

async function breakIt(redis: GuardedRedis, fake: FakeRedis): Promise<void> {
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

const upstash = (message: string) => new errors.UpstashError(message);

const FAILURES: readonly [string, unknown, RedisFailure][] = [
  ["a timeout of the runtime", new DOMException("late", "TimeoutError"), "slow"],
  ["a request that was ended", new DOMException("ended", "AbortError"), "down"],
  ["a connection refused", new TypeError("error sending request for url"), "down"],
  ["a connection closed", new TypeError("Connection reset by peer"), "down"],
  ["an answer misread", new TypeError("x is not iterable"), "nonsense"],
  ["an answer that is no JSON", new errors.UpstashJSONParseError("<html>"), "nonsense"],
  ["an error of nobody's", new Error("NOAUTH"), "nonsense"],
  ["no error at all", "NOAUTH", "nonsense"],
  ["a wrong password", upstash("WRONGPASS invalid username-password pair"), "denied"],
  ["no right", upstash("NOPERM this user has no permissions"), "denied"],
  ["a full memory", upstash("OOM command not allowed"), "full"],
  ["a day used up", upstash("ERR max daily request limit exceeded"), "full"],
  ["a month used up", upstash("ERR max requests limit exceeded"), "full"],
  ["another error of Redis", upstash("LOADING Redis is loading the dataset"), "down"],
];
for (const [what, error, failure] of FAILURES) {
  Deno.test(`${what} is reported as ${failure}`, () =>
    assert.equal(redisFailureOf(error), failure));
}
