/** Starts the stack's parts in order, and stops them in reverse order. */
import { loadKeys } from "./core/keys.ts";
import { requireFree } from "./core/listen.ts";
import { type Ports, portsAt, type Urls } from "./core/ports.ts";
import { StackError } from "./core/stack-error.ts";
import { aiPlugin } from "./plugins/ai.ts";
import { consolePlugin } from "./plugins/console.ts";
import { cronPlugin } from "./plugins/cron.ts";
import { databasePlugin } from "./plugins/database.ts";
import { gatewayPlugin } from "./plugins/gateway.ts";
import { mailPlugin } from "./plugins/mail.ts";
import { netPlugin } from "./plugins/net.ts";
import { redisPlugin } from "./plugins/redis.ts";
import { stripePlugin } from "./plugins/stripe.ts";
import { type DatabaseServer, endLeftover } from "./postgres/database.ts";
import { findRedisServer } from "./redis/find-redis.ts";
import { endLeftoverRedis } from "./redis/redis-process.ts";
import type { StackContext } from "./stack/context.ts";
import { removeEnvFile, type StackEnv, stackEnv, writeEnvFile } from "./stack/env-file.ts";
import { resolveOptions, type StackOptions } from "./stack/options.ts";
import type { Health, Plugin } from "./stack/plugin.ts";
import { claim, releaseState } from "./stack/running-state.ts";
import { stopAndStart } from "./stack/stop-and-start.ts";

export interface Stack {
  /** The variables in the env file. */
  env: StackEnv;
  urls: Urls;
  ports: Ports;
  database: DatabaseServer;
  /** Returns each part's health by its name. */
  health(): Promise<Record<string, Health>>;
  stop(): Promise<void>;
}

function urlsAt(ports: Ports, hasRedis: boolean): Urls {
  const at = (port: number) => `http://127.0.0.1:${port}`;
  return {
    api: at(ports.api),
    database: `postgresql://postgres:postgres@127.0.0.1:${ports.database}/postgres`,
    console: at(ports.console),
    mail: at(ports.mail),
    stripe: at(ports.stripe),
    ai: at(ports.ai),
    redis: hasRedis ? at(ports.redis) : undefined,
  };
}

async function requireFreePorts(ports: Ports, offset: number): Promise<void> {
  await requireFree({ port: ports.api, purpose: "API", offset });
  await requireFree({ port: ports.database, purpose: "database", offset });
  await requireFree({ port: ports.console, purpose: "console", offset });
  await requireFree({ port: ports.mail, purpose: "mail inbox", offset });
  await requireFree({ port: ports.stripe, purpose: "Stripe emulator", offset });
  await requireFree({ port: ports.ai, purpose: "local language models", offset });
  await requireFree({ port: ports.redis, purpose: "Redis", offset });
}

async function createContext(given: StackOptions): Promise<StackContext> {
  const options = resolveOptions(given);
  const ports = portsAt(options.offset);
  const urls = urlsAt(ports, options.redis && findRedisServer() !== undefined);
  await Deno.mkdir(options.dataDir, { recursive: true });
  const { envFile, live } = options;
  await claim(options.dataDir, { pid: Deno.pid, api: urls.api, envFile, live });
  try {
    await endLeftover(options.dataDir);
    await endLeftoverRedis(options.dataDir);
    await requireFreePorts(ports, options.offset);
    const keys = await loadKeys(options.dataDir, live);
    return { options, ports, urls, keys, log: options.log };
  } catch (error) {
    await releaseState(options.dataDir);
    throw error;
  }
}

async function healthOf(plugins: Plugin[]): Promise<Record<string, Health>> {
  const all = await Promise.all(
    plugins.map(async (plugin) => [plugin.name, await plugin.health()] as const),
  );
  return Object.fromEntries(all);
}

/**
 * Starts every part in order; resolves when all answer.
 * @throws StackError that says what to do
 */
export async function startStack(given: StackOptions = {}): Promise<Stack> {
  const context = await createContext(given);
  const { options, ports, urls } = context;
  const started: Plugin[] = [];
  const status = async () => ({ pid: Deno.pid, urls, health: await healthOf(started) });
  const [mail, stripe, ai] = [mailPlugin(), stripePlugin(), aiPlugin()];
  const redis = redisPlugin();
  const switches = {
    ...Object.assign({}, ...[mail, stripe, ai].map((plugin) => stopAndStart(plugin, context))),
    ...redis.switches,
  };
  const plugins = [
    databasePlugin(),
    mail,
    redis,
    gatewayPlugin({ status, switches }),
    consolePlugin(),
    stripe,
    ai,
    netPlugin(),
    cronPlugin(),
  ];
  let stopping: Promise<void> | undefined;
  const stop = () =>
    stopping ??= (async () => {
      await removeEnvFile(options.envFile);
      for (const plugin of started.toReversed()) await plugin.stop();
      await releaseState(options.dataDir);
    })();
  try {
    for (const plugin of plugins) {
      started.push(plugin);
      await plugin.start(context);
    }
    if (!context.database) throw new StackError("the database part did not start");
    const env = stackEnv(context);
    await writeEnvFile(options.envFile, env, options.live);
    return {
      env,
      urls,
      ports,
      database: context.database,
      health: () => healthOf(plugins),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
