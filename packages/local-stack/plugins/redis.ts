/** The Redis part, which runs only if the machine has a redis-server. */
import { StackError } from "../core/stack-error.ts";
import type { Control } from "../gateway/control-routes.ts";
import { MODES } from "../redis/mode-names.ts";
import { type RedisPart, startRedisPart } from "../redis/redis-part.ts";
import { findRedisServer } from "../redis/find-redis.ts";
import type { StackContext } from "../stack/context.ts";
import type { Plugin } from "../stack/plugin.ts";

const ABSENT = "none: limits are counted by each process";

interface RedisPlugin extends Plugin {
  /** The control endpoints of Redis under /stack. Each throws a StackError if there is no Redis. */
  switches: Control["switches"];
}

export function redisPlugin(): RedisPlugin {
  let part: RedisPart | undefined;
  const need = (): RedisPart => {
    if (part) return part;
    throw new StackError(
      "This stack has no Redis. Install redis-server, and start the stack without --no-redis.",
    );
  };
  const modes = MODES.map((mode) => [`redis/${mode}`, () => need().turn(mode)] as const);

  return {
    name: "redis",
    async start({ keys, options, ports, urls }: StackContext) {
      const binary = findRedisServer();
      if (urls.redis === undefined || binary === undefined) return;
      const port = { port: ports.redis, purpose: "Redis", offset: options.offset };
      part = await startRedisPart({
        ...{ binary, port },
        dataDir: options.dataDir,
        token: keys.redisToken,
      });
    },
    async stop() {
      await part?.stop();
      part = undefined;
    },
    health: () => Promise.resolve(part?.health() ?? { ok: true, detail: ABSENT }),
    switches: { ...Object.fromEntries(modes), "redis/flush": () => need().flush() },
  };
}
