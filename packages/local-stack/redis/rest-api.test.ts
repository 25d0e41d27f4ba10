/** Tests the REST API through Upstash's own client. */
import assert from "node:assert/strict";
import { clientOf, type RestApi, TOKEN, withRestApi } from "./testing/redis.ts";

// Upstash's client leaves connections open in its pool, so Deno's checks for leaks are off.
const OPTIONS = { sanitizeResources: false, sanitizeOps: false };

async function post(api: RestApi, path: string, body: string, headers: HeadersInit = {}) {
  const authorization = `Bearer ${TOKEN}`;
  const init = { method: "POST", body, headers: { authorization, ...headers } };
  const answer = await fetch(api.url + path, init);
  return { status: answer.status, body: await answer.json() };
}

Deno.test("redis over REST answers single commands with every type of reply", OPTIONS, async () => {
  await withRestApi(async (redis) => {
    assert.equal(await redis.ping(), "PONG");
    assert.equal(await redis.set("word", "Grüße, 世界"), "OK");
    assert.equal(await redis.get("word"), "Grüße, 世界");
    assert.equal(await redis.set("ok", "OK"), "OK");
    assert.equal(await redis.get("ok"), "OK");
    assert.equal(await redis.get("none"), null);
    assert.equal(await redis.incrby("count", 41), 41);
    await redis.hset("hash", { a: 1, b: { c: [2] } });
    assert.deepEqual(await redis.hgetall("hash"), { a: 1, b: { c: [2] } });
    await redis.zadd("scores", { score: 1.5, member: "x" }, { score: 2, member: "y" });
    assert.deepEqual(await redis.zrange("scores", 0, -1, { withScores: true }), ["x", 1.5, "y", 2]);
    const nested = await redis.eval("return {1, {'a', {'b'}}, false}", [], []);
    assert.deepEqual(nested, [1, ["a", ["b"]], null]);
    assert.equal(await redis.pexpire("word", 60_000), 1);
    assert.ok(await redis.pttl("word") > 0);
  });
});

Deno.test(
  "redis over REST returns stored bytes as base64 if asked, and otherwise as text",
  OPTIONS,
  async () => {
    await withRestApi(async (redis, api) => {
      await redis.eval(
        "return redis.call('set', KEYS[1], string.char(0, 255, 128, 10))",
        ["bytes"],
        [],
      );
      const base64 = { "Upstash-Encoding": "base64" };
      const raw = await post(api, "/", JSON.stringify(["GET", "bytes"]), base64);
      assert.deepEqual(raw, { status: 200, body: { result: "AP+ACg==" } });
      const word = await post(api, "/", JSON.stringify(["PING"]));
      assert.deepEqual(word.body, { result: "PONG" });
      await redis.set("ok", "OK");
      assert.deepEqual((await post(api, "/", '["GET","ok"]', base64)).body, { result: "T0s=" });
      assert.deepEqual((await post(api, "/", '["SET","ok","OK"]', base64)).body, { result: "OK" });
      assert.deepEqual((await post(api, "/", '["SET","n",12]')).body, { result: "OK" });
      assert.equal(await redis.get("n"), 12);
    });
  },
);

Deno.test(
  "redis over REST runs a pipeline in order and puts an error in its place",
  OPTIONS,
  async () => {
    await withRestApi(async (redis, api) => {
      const pipeline = redis.pipeline().set("a", "text").incr("a").get("a");
      const outcomes = await pipeline.exec({ keepErrors: true });
      assert.deepEqual(outcomes.map(({ error }) => error), [
        undefined,
        "ERR value is not an integer or out of range",
        undefined,
      ]);
      assert.equal(outcomes[2]?.result, "text");
      await assert.rejects(
        redis.pipeline().incr("a").exec(),
        /Command 1 \[ incr \] failed: ERR value/,
      );
      assert.deepEqual([...api.asked], ["/pipeline", "/pipeline"]);
    });
  },
);

Deno.test(
  "redis over REST receives a client's concurrent commands as one pipeline",
  OPTIONS,
  async () => {
    await withRestApi(async (_, api) => {
      const redis = clientOf(api.url);
      const sums = await Promise.all([redis.incr("a"), redis.incr("a"), redis.incr("b")]);
      assert.deepEqual(sums, [1, 2, 1]);
      assert.equal(api.asked.length, 1);
      const mixed = await Promise.allSettled([
        redis.set("t", "x"),
        redis.incr("t"),
        redis.incr("a"),
      ]);
      assert.deepEqual(mixed.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
      assert.equal(api.asked.length, 2);
    });
  },
);

Deno.test("redis over REST runs a whole transaction or none of it", OPTIONS, async () => {
  await withRestApi(async (redis) => {
    assert.deepEqual(await redis.multi().set("a", 1).incr("a").get("a").exec(), ["OK", 2, 2]);
    const spoilt = redis.multi().set("a", 5);
    await assert.rejects(
      spoilt.eval("x", [], []).exec(), // Redis queues this command, and finds its error only when it runs
      /Command 2 \[ eval \] failed: ERR/,
    );
    assert.equal(await redis.get("a"), 5, "as in Redis, the commands without an error take effect");
  });
});

Deno.test(
  "redis over REST discards a transaction with an unknown command",
  OPTIONS,
  async () => {
    await withRestApi(async (redis, api) => {
      const answer = await post(api, "/multi-exec", '[["SET","a","1"],["NOPE"]]');
      assert.equal(answer.status, 400);
      assert.match(answer.body.error, /^ERR unknown command 'NOPE'/);
      const subscribed = await post(api, "/multi-exec", '[["SET","a","1"],["SUBSCRIBE","x"]]');
      assert.deepEqual(subscribed, {
        status: 400,
        body: { error: "ERR Command is not available: 'SUBSCRIBE'" },
      });
      assert.equal(await redis.get("a"), null);
      assert.equal(await redis.set("a", "free again"), "OK", "no transaction is left open");
    });
  },
);

Deno.test("redis over REST keeps transactions of two clients apart", OPTIONS, async () => {
  await withRestApi(async (_, api) => {
    const runs = Array.from({ length: 20 }, async (_, at) => {
      const key = `k${at % 2}`;
      return await clientOf(api.url).multi().incr(key).decr(key).incr("all").exec();
    });
    const all = (await Promise.all(runs)).map(([up, down, sum]) => {
      assert.deepEqual([up, down], [1, 0]);
      return sum;
    });
    assert.deepEqual(all.sort((a, b) => a - b), Array.from({ length: 20 }, (_, at) => at + 1));
  });
});

Deno.test("redis over REST refuses a wrong token in Upstash's words", OPTIONS, async () => {
  await withRestApi(async (_, api) => {
    const wrong = /WRONGPASS invalid or missing auth token/;
    await assert.rejects(clientOf(api.url, "another").get("a"), wrong);
    await assert.rejects(clientOf(api.url, `${TOKEN}x`).set("a", 1), wrong);
    for (const authorization of ["", "Bearer ", TOKEN, `Basic ${TOKEN}`]) {
      const { status, body } = await post(api, "/", '["PING"]', { authorization });
      assert.deepEqual([status, body], [401, { error: "WRONGPASS invalid or missing auth token" }]);
    }
  });
});

Deno.test(
  "redis over REST refuses invalid commands, and commands that would block other clients",
  OPTIONS,
  async () => {
    await withRestApi(async (redis, api) => {
      for (
        const body of ["", "{", "{}", "[]", '"PING"', "[[]]", '["GET",null]', '["GET",{}]', "null"]
      ) {
        assert.equal((await post(api, "/", body)).status, 400, body);
        assert.equal((await post(api, "/pipeline", body)).status, 400, body);
      }
      assert.equal((await post(api, "/pipeline", '["PING"]')).status, 400);
      for (const command of ["MULTI", "blpop", "SUBSCRIBE", "CONFIG", "SHUTDOWN", "select"]) {
        const { status, body } = await post(api, "/", JSON.stringify([command, "x", "0"]));
        const error = `ERR Command is not available: '${command}'`;
        assert.deepEqual([status, body], [400, { error }]);
      }
      const { body } = await post(api, "/pipeline", '[["SET","a","1"],["MULTI"],["GET","a"]]');
      const error = "ERR Command is not available: 'MULTI'";
      assert.deepEqual(body, [{ result: "OK" }, { error }, { result: "1" }]);
      assert.equal(await redis.ping(), "PONG");
    });
  },
);
