/**
 * Tests the cases in which redis-server must end. In one of them, a new stack ends the redis-server
 * of a killed stack.
 */
import { waitFor } from "@farthing/command-line";
import assert from "node:assert/strict";
import { isAlive } from "../core/processes.ts";
import { connect } from "./connection.ts";
import { findRedisServer, redisDir, socketOf } from "./find-redis.ts";
import { endLeftoverRedis, startRedis } from "./redis-process.ts";
import { clientOf, needRedis, withRestApi } from "./testing/redis.ts";

const WAIT_MS = 60_000;
const gone = (pid: number) => waitFor(() => isAlive(pid) ? undefined : true, WAIT_MS);

async function withFolder(use: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "farthing-redis-" });
  try {
    await use(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** Starts a process that starts redis-server, prints its pid, and waits. */
function starter(dataDir: string): Deno.ChildProcess {
  const module = new URL("./redis-process.ts", import.meta.url).href;
  const code = `const { startRedis } = await import(${JSON.stringify(module)});
    const { pid } = await startRedis(${JSON.stringify(needRedis())}, ${JSON.stringify(dataDir)});
    await Deno.stdout.write(new TextEncoder().encode(String(pid)));
    setInterval(() => {}, 1000);`;
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", "--config", config, code],
    stdin: "null",
    stdout: "piped",
  }).spawn();
}

Deno.test("redis-server and its shell end when the starting process is killed", async () => {
  await withFolder(async (dataDir) => {
    await using child = starter(dataDir);
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    const pid = Number(new TextDecoder().decode(value));
    assert.ok(isAlive(pid));
    child.kill("SIGKILL");
    assert.ok(await gone(pid));
  });
});

Deno.test("stop ends redis-server, and its data is gone", async () => {
  await withFolder(async (dataDir) => {
    const first = await startRedis(needRedis(), dataDir);
    const redis = await connect(first.socket);
    await redis.run([["SET", "a", "1"]]);
    redis.close();
    await first.stop();
    await first.stop();
    assert.equal(isAlive(first.pid), false);
    const second = await startRedis(needRedis(), dataDir);
    const again = await connect(second.socket);
    assert.deepEqual(await again.run([["GET", "a"]]), [null]);
    again.close();
    await second.stop();
    const left = [...Deno.readDirSync(redisDir(dataDir))].map(({ name }) => name);
    assert.deepEqual(left, ["redis.log"]);
  });
});

Deno.test("a leftover redis-server ends before the next one starts, or when asked", async () => {
  await withFolder(async (dataDir) => {
    const left = await startRedis(needRedis(), dataDir);
    const next = await startRedis(needRedis(), dataDir);
    assert.equal(isAlive(left.pid), false);
    // The parent learns of its child's end with a short delay.
    assert.ok(await waitFor(() => left.isAlive ? undefined : true, WAIT_MS));
    await endLeftoverRedis(dataDir);
    assert.ok(await gone(next.pid));
    await endLeftoverRedis(dataDir);
    await left.stop();
    await next.stop();
  });
});

Deno.test("a failed start of redis-server gives the reason", async () => {
  await withFolder(async (dataDir) => {
    const wrong = startRedis("/bin/false", dataDir);
    await assert.rejects(wrong, /redis-server did not start/);
  });
});

Deno.test("redis over REST answers an error when its server has ended", {
  sanitizeResources: false,
  sanitizeOps: false,
}, async () => {
  await withRestApi(async (redis, { url, kill }) => {
    assert.equal(await redis.ping(), "PONG");
    await kill();
    await assert.rejects(clientOf(url).get("a"), /ERR /);
  });
});

Deno.test("redisDir is outside the data directory when a socket's address would be too long", () => {
  assert.equal(redisDir("/data"), "/data/redis");
  const deep = `/${"long/".repeat(30)}data`;
  assert.ok(socketOf(redisDir(deep)).length <= 103);
  assert.equal(redisDir(deep), redisDir(`${deep}/`));
  assert.notEqual(redisDir(deep), redisDir(`${deep}2`));
});

Deno.test("findRedisServer finds the first redis-server on the PATH, or none", async () => {
  await withFolder(async (folder) => {
    assert.equal(findRedisServer(`${folder}:/nowhere::`), undefined);
    await Deno.writeTextFile(`${folder}/redis-server`, "");
    assert.equal(findRedisServer(`/nowhere:${folder}`), `${folder}/redis-server`);
  });
});
