/** Redis where the machine has one, behind a door that speaks Upstash's REST API. */
import { listen, type Listener } from "../listen.ts";
import type { StackContext } from "../context.ts";
import type { Plugin } from "../plugin.ts";
import { StackError } from "../stack-error.ts";
import { connect, type Redis } from "./connection.ts";
import { createDoor } from "./door.ts";
import { type Faults, faultsOf, type Mode, MODES } from "./faults.ts";
import { findRedisServer } from "./places.ts";
import { MEMORY, type RedisProcess, startRedis } from "./process.ts";

export interface RedisPlugin extends Plugin {
  /** Makes it fail in a way, or no more. @throws StackError where there is no Redis */
  turn(mode: Mode): Promise<void>;
  /** Forgets everything it counted. @throws StackError where there is no Redis */
  flush(): Promise<void>;
}

const ABSENT = "no redis-server: limits are counted by each process";

interface Running {
  readonly process: RedisProcess;
  readonly redis: Redis;
  readonly faults: Faults;
  readonly open: () => Promise<Listener>;
}

export function redisPlugin(): RedisPlugin {
  let running: Running | undefined;
  let listener: Listener | undefined;
  let mode: Mode = "ok";

  const need = (): Running => {
    if (running) return running;
    throw new StackError(`There is no Redis to switch: ${ABSENT}.`);
  };
  const shut = async () => {
    running?.faults.release();
    await listener?.close({ atOnce: true });
    listener = undefined;
  };

  async function start({ keys, options, ports, urls }: StackContext): Promise<void> {
    const binary = findRedisServer();
    if (urls.redis === undefined || binary === undefined) return;
    const process = await startRedis(binary, options.dataDir);
    const redis = await connect(process.socket);
    const faults = faultsOf(createDoor(redis, keys.redisToken).fetch, () => mode);
    const port = { port: ports.redis, purpose: "Redis", offset: options.offset };
    running = { process, redis, faults, open: () => listen(port, faults.handle) };
    listener = await running.open();
  }

  async function turn(to: Mode): Promise<void> {
    const { redis, open } = need();
    mode = to;
    running?.faults.release();
    const [reply] = await redis.run([["CONFIG", "SET", "maxmemory", to === "full" ? "1" : MEMORY]]);
    if (reply !== "OK") throw new StackError(`Redis refused another size: ${reply}`);
    if (to === "down") await shut();
    else listener ??= await open();
  }

  return {
    name: "redis",
    start,
    turn,
    async flush() {
      await need().redis.run([["FLUSHALL"]]);
    },
    async stop() {
      await shut();
      running?.redis.close();
      await running?.process.stop();
      running = undefined;
      mode = "ok";
    },
    health: () => Promise.resolve(healthOf(running, mode)),
  };
}

function healthOf(running: Running | undefined, mode: Mode): { ok: boolean; detail: string } {
  if (!running) return { ok: true, detail: ABSENT };
  if (!running.process.isAlive) return { ok: false, detail: "redis-server ended" };
  const ok = mode === "ok";
  return { ok, detail: ok ? "redis-server behind Upstash's REST API" : `made to fail: ${mode}` };
}

/** What turns it over HTTP, by the end of the path. */
export function redisSwitches(plugin: RedisPlugin): Record<string, () => Promise<void>> {
  const modes = MODES.map((mode) => [`redis/${mode}`, () => plugin.turn(mode)] as const);
  return { ...Object.fromEntries(modes), "redis/flush": () => plugin.flush() };
}
