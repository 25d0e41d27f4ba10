/** The part of the stack as it is switched, seen through Upstash's own client. */
import assert from "node:assert/strict";
import { freeOffset } from "../../test/free-offset.ts";
import type { StackContext } from "../context.ts";
import { loadKeys } from "../keys.ts";
import { portsAt, resolveOptions } from "../options.ts";
import { type RedisPlugin, redisPlugin } from "./plugin.ts";
import { StackError } from "../stack-error.ts";
import { clientOf, needRedis } from "./testing/redis.ts";

const OPTIONS = { sanitizeResources: false, sanitizeOps: false }; // the client's pool of connections

type Client = ReturnType<typeof clientOf>;

async function withPlugin(
  use: (plugin: RedisPlugin, redis: Client, url: string) => Promise<void>,
  isThere = true,
): Promise<void> {
  if (isThere) needRedis();
  const dataDir = await Deno.makeTempDir({ prefix: "farthing-redis-" });
  const options = resolveOptions({ dataDir, offset: freeOffset() });
  const ports = portsAt(options.offset);
  const keys = await loadKeys(dataDir);
  const url = `http://127.0.0.1:${ports.redis}`;
  const urls = { redis: isThere ? url : undefined };
  const plugin = redisPlugin();
  try {
    await plugin.start({ options, ports, keys, urls, log: () => {} } as unknown as StackContext);
    await use(plugin, clientOf(url, keys.redisToken), url);
  } finally {
    await plugin.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
}

Deno.test("redis part answers again after each way of failing", OPTIONS, async () => {
  await withPlugin(async (plugin, redis) => {
    await redis.set("kept", 1);
    for (
      const [mode, error] of [
        ["down", { name: "TypeError" }],
        ["wrong-token", /WRONGPASS/],
        ["full", /OOM command not allowed/],
      ] as const
    ) {
      await plugin.turn(mode);
      await assert.rejects(redis.set("other", 1), error);
      assert.deepEqual(await plugin.health(), { ok: false, detail: `made to fail: ${mode}` });
      await plugin.turn("ok");
      assert.equal(await redis.get("kept"), 1, mode);
      assert.equal((await plugin.health()).ok, true);
    }
  });
});

Deno.test(
  "redis part that is full still answers reads, and refuses scripts that write",
  OPTIONS,
  async () => {
    await withPlugin(async (plugin, redis) => {
      await redis.set("kept", 1);
      await plugin.turn("full");
      assert.equal(await redis.get("kept"), 1);
      await assert.rejects(redis.eval("return redis.call('incr', KEYS[1])", ["kept"], []), /OOM/);
    });
  },
);

Deno.test("redis part that talks nonsense never answers what was asked", OPTIONS, async () => {
  await withPlugin(async (plugin, redis) => {
    await redis.set("kept", 1);
    await plugin.turn("nonsense");
    const [first, second] = [
      await redis.get("kept").catch(String),
      await redis.get("kept").catch(String),
    ];
    assert.match(String(first), /JSON/i, "no JSON at first");
    assert.notEqual(second, 1, "then JSON of another shape");
  });
});

Deno.test("redis part that hangs answers nothing until it is switched", OPTIONS, async () => {
  await withPlugin(async (plugin, redis, url) => {
    await plugin.turn("hang");
    const signal = AbortSignal.timeout(200);
    const asked = fetch(url, { method: "POST", body: '["PING"]', signal });
    await assert.rejects(asked, { name: "TimeoutError" });
    await plugin.turn("ok");
    assert.equal(await redis.ping(), "PONG");
  });
});

Deno.test("redis part that is slow answers after a while", OPTIONS, async () => {
  await withPlugin(async (plugin, redis) => {
    await plugin.turn("slow");
    const begun = performance.now();
    assert.equal(await redis.set("a", 1), "OK");
    assert.ok(performance.now() - begun > 390);
  });
});

Deno.test("redis part forgets everything when it is flushed", OPTIONS, async () => {
  await withPlugin(async (plugin, redis) => {
    await redis.set("a", 1);
    await plugin.flush();
    assert.equal(await redis.dbsize(), 0);
  });
});

Deno.test(
  "redis part of a machine without redis-server is healthy, says so, and cannot be switched",
  OPTIONS,
  async () => {
    await withPlugin(async (plugin) => {
      const detail = "no redis-server: limits are counted by each process";
      assert.deepEqual(await plugin.health(), { ok: true, detail });
      await assert.rejects(plugin.turn("down"), StackError);
      await assert.rejects(plugin.flush(), StackError);
    }, false);
  },
);
