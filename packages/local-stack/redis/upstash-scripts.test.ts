/** Tests scripts that begin with Upstash's own flag, as the scripts of the rate limits do. */
import { Ratelimit } from "@upstash/ratelimit";
import assert from "node:assert/strict";
import { clientOf, withRestApi } from "./testing/redis.ts";

// Upstash's client leaves connections open in its pool, so Deno's checks for leaks are off.
const OPTIONS = { sanitizeResources: false, sanitizeOps: false };

const SCRIPT = `#!lua flags=allow-key-locking
return redis.call("INCRBY", KEYS[1], ARGV[1])`;

Deno.test(
  "redis over REST finds a script by the SHA that the client computes",
  OPTIONS,
  async () => {
    await withRestApi(async (redis) => {
      const script = redis.createScript<number>(SCRIPT);
      await assert.rejects(script.evalsha(["n"], ["1"]), /NOSCRIPT/);
      assert.equal(await script.eval(["n"], ["1"]), 1);
      assert.equal(await script.evalsha(["n"], ["1"]), 2);
      assert.equal(await redis.evalsha(script.sha1.toUpperCase(), ["n"], ["1"]), 3);
      assert.deepEqual(await redis.scriptExists(script.sha1, "0".repeat(40)), [1, 0]);
      await redis.scriptFlush();
      assert.equal(
        await script.exec(["n"], ["1"]),
        4,
        "exec loads a script that Redis does not know",
      );
    });
  },
);

Deno.test("redis over REST loads a script under the client's SHA", OPTIONS, async () => {
  await withRestApi(async (redis) => {
    const script = redis.createScript<number>(SCRIPT);
    const sha = await redis.scriptLoad(SCRIPT);
    assert.equal(await script.evalsha(["n"], ["2"]), 2);
    assert.equal(sha, script.sha1);
    const plain = "return ARGV[1]";
    const plainSha = await redis.scriptLoad(plain);
    assert.equal(await redis.evalsha(plainSha, [], ["as it is"]), "as it is");
  });
});

Deno.test(
  "redis over REST names the line of a script's error as the client counts it",
  OPTIONS,
  async () => {
    await withRestApi(async (redis) => {
      const wrong = "#!lua flags=allow-key-locking\n\nreturn nothing()";
      await assert.rejects(redis.eval(wrong, [], []), /user_script:3/);
    });
  },
);

const LIMITS = {
  "a sliding window": Ratelimit.slidingWindow(3, "1 m"),
  "a fixed window": Ratelimit.fixedWindow(3, "1 m"),
  "a bucket of tokens": Ratelimit.tokenBucket(3, "1 m", 3),
};

for (const [name, limiter] of Object.entries(LIMITS)) {
  Deno.test(`redis over REST counts for Ratelimit by ${name}`, OPTIONS, async () => {
    await withRestApi(async (redis) => {
      const limit = new Ratelimit({ redis, limiter, prefix: "t", ephemeralCache: false });
      const answers = [];
      for (let at = 0; at < 4; at++) answers.push(await limit.limit("ann"));
      assert.deepEqual(answers.map(({ success }) => success), [true, true, true, false]);
      assert.deepEqual(answers.map(({ remaining }) => remaining), [2, 1, 0, 0]);
      assert.equal((await limit.limit("bob")).success, true);
      assert.equal((await limit.getRemaining("ann")).remaining, 0);
      await limit.resetUsedTokens("ann");
      assert.equal((await limit.limit("ann")).success, true);
    });
  });
}

Deno.test(
  "redis over REST admits concurrent clients only up to the limit",
  OPTIONS,
  async () => {
    await withRestApi(async (_, api) => {
      const limiter = Ratelimit.slidingWindow(50, "1 h");
      const limits = [1, 2].map(() =>
        new Ratelimit({ redis: clientOf(api.url), limiter, prefix: "t", ephemeralCache: false })
      );
      const all = Array.from({ length: 200 }, (_, at) => limits[at % 2]!.limit("ann"));
      const admitted = (await Promise.all(all)).filter(({ success }) => success);
      assert.equal(admitted.length, 50);
    });
  },
);
