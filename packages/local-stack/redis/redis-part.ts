/** A redis-server behind Upstash's REST API, and the switches with which tests make both fail. */
import { listen, type Listener, type Port } from "../core/listen.ts";
import { StackError } from "../core/stack-error.ts";
import { connect } from "./connection.ts";
import { createRestApi } from "./rest-api.ts";
import type { Mode } from "./mode-names.ts";
import { MEMORY, startRedis } from "./redis-process.ts";
import { faultsOf } from "./rest-api-faults.ts";

interface RedisOptions {
  /** The path of the redis-server to run. */
  binary: string;
  /** The stack's data directory, from which `redisDir` derives the directory of Redis's files. */
  dataDir: string;
  port: Port;
  token: string;
}

export interface RedisPart {
  /** Makes the Redis part fail in the given mode; `ok` ends the failure. */
  turn(mode: Mode): Promise<void>;
  /** Deletes all data in Redis. */
  flush(): Promise<void>;
  /** Returns the part's health, with one short line for the status table. */
  health(): { ok: boolean; detail: string };
  stop(): Promise<void>;
}

/** @throws StackError when the server does not start, or the port is taken */
export async function startRedisPart(options: RedisOptions): Promise<RedisPart> {
  const process = await startRedis(options.binary, options.dataDir);
  const redis = await connect(process.socket);
  let mode: Mode = "ok";
  const faults = faultsOf(createRestApi(redis, options.token).fetch, () => mode);
  const open = () => listen(options.port, faults.handle);
  let listener: Listener | undefined;

  async function shut(): Promise<void> {
    faults.release();
    await listener?.close({ atOnce: true });
    listener = undefined;
  }

  async function stop(): Promise<void> {
    await shut();
    redis.close();
    await process.stop();
  }

  try {
    listener = await open();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async turn(to) {
      mode = to;
      faults.release();
      const size = to === "full" ? "1" : MEMORY;
      const [reply] = await redis.run([["CONFIG", "SET", "maxmemory", size]]);
      if (reply !== "OK") throw new StackError(`Redis refused the new maxmemory: ${reply}`);
      if (to === "down") await shut();
      else listener ??= await open();
    },
    async flush() {
      await redis.run([["FLUSHALL"]]);
    },
    health() {
      if (!process.isAlive) return { ok: false, detail: "redis-server ended" };
      const ok = mode === "ok";
      return {
        ok,
        detail: ok ? "redis-server behind Upstash's REST API" : `made to fail: ${mode}`,
      };
    },
    stop,
  };
}
