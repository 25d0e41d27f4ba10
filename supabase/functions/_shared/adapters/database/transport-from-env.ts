/**
 * Chooses the transport to the database: a pool of PostgreSQL connections if DATABASE_POOL_URL is
 * set, otherwise the data API.
 */
import type { Env } from "../../core/env.ts";
import type { Transport } from "./database.ts";

/**
 * Makes a transport whose code is loaded on the first call. So an Edge Function never loads the
 * code of the transport that it does not use.
 */
function lazyTransport(load: () => Promise<Transport>): Transport {
  let loading: Promise<Transport> | undefined;
  const get = () => loading ??= load();
  return {
    call: async (name, args) => (await get()).call(name, args),
    close: async () => await (await loading)?.close(),
  };
}

export function transportFromEnv(env: Env): Transport {
  const poolUrl = env.DATABASE_POOL_URL;
  if (poolUrl !== undefined) {
    return lazyTransport(async () => {
      const { createPoolTransport } = await import("./pool.ts");
      return createPoolTransport({ url: poolUrl });
    });
  }
  const keys = env.SUPABASE_SECRET_KEYS;
  const secretKey = keys.default ?? Object.values(keys)[0]!;
  return lazyTransport(async () => {
    const { createRestTransport } = await import("./rest.ts");
    return createRestTransport({ url: env.SUPABASE_URL, secretKey });
  });
}
