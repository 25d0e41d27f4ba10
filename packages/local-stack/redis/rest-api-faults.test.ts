/** Tests the switches that make the Redis part fail, through Upstash's own client. */
import assert from "node:assert/strict";
import { StackError } from "../core/stack-error.ts";
import { redisPlugin } from "../plugins/redis.ts";
import { withPart } from "./testing/redis.ts";
import type { StackContext } from "../stack/context.ts";

// Upstash's client leaves connections open in its pool, so Deno's checks for leaks are off.
const OPTIONS = { sanitizeResources: false, sanitizeOps: false };

Deno.test("the redis part answers again after each fault", OPTIONS, async () => {
  await withPart(async (part, redis) => {
    await redis.set("kept", 1);
    for (
      const [mode, error] of [
        ["down", { name: "TypeError" }],
        ["wrong-token", /WRONGPASS/],
        ["full", /OOM command not allowed/],
      ] as const
    ) {
      await part.turn(mode);
      await assert.rejects(redis.set("other", 1), error);
      assert.deepEqual(part.health(), { ok: false, detail: `made to fail: ${mode}` });
      await part.turn("ok");
      assert.equal(await redis.get("kept"), 1, mode);
      assert.equal(part.health().ok, true);
    }
  });
});

Deno.test(
  "a full redis part still answers reads, and refuses scripts that write",
  OPTIONS,
  async () => {
    await withPart(async (part, redis) => {
      await redis.set("kept", 1);
      await part.turn("full");
      assert.equal(await redis.get("kept"), 1);
      await assert.rejects(redis.eval("return redis.call('incr', KEYS[1])", ["kept"], []), /OOM/);
    });
  },
);

Deno.test(
  "a redis part with invalid answers never gives the right one",
  OPTIONS,
  async () => {
    await withPart(async (part, redis) => {
      await redis.set("kept", 1);
      await part.turn("invalid");
      const [first, second] = [
        await redis.get("kept").catch(String),
        await redis.get("kept").catch(String),
      ];
      assert.match(String(first), /JSON/i, "no JSON at first");
      assert.notEqual(second, 1, "then JSON of another shape");
    });
  },
);

Deno.test("a hanging redis part answers nothing until another mode is set", OPTIONS, async () => {
  await withPart(async (part, redis, url) => {
    await part.turn("hang");
    const signal = AbortSignal.timeout(200);
    const asked = fetch(url, { method: "POST", body: '["PING"]', signal });
    await assert.rejects(asked, { name: "TimeoutError" });
    await part.turn("ok");
    assert.equal(await redis.ping(), "PONG");
  });
});

Deno.test("a slow redis part answers after 400 ms", OPTIONS, async () => {
  await withPart(async (part, redis) => {
    await part.turn("slow");
    const begun = performance.now();
    assert.equal(await redis.set("a", 1), "OK");
    assert.ok(performance.now() - begun > 390);
  });
});

Deno.test("a flush deletes everything in the redis part", OPTIONS, async () => {
  await withPart(async (part, redis) => {
    await redis.set("a", 1);
    await part.flush();
    assert.equal(await redis.dbsize(), 0);
  });
});

Deno.test("the redis part is healthy without a redis-server, but cannot be switched", async () => {
  const plugin = redisPlugin();
  await plugin.start({ urls: {}, options: {}, ports: {}, keys: {} } as StackContext);
  const detail = "none: limits are counted by each process";
  assert.deepEqual(await plugin.health(), { ok: true, detail });
  for (const turn of Object.values(plugin.switches)) {
    await assert.rejects(async () => await turn(), StackError);
  }
  await plugin.stop();
});
