/**
 * Reads Redis's own statistics with the command INFO over Upstash's REST API, because Upstash's
 * client lacks this command. A field that Redis leaves out is left out here, too: an unknown value
 * is not 0.
 */
import { CONNECTION_MS, type RedisAddress } from "./redis.ts";

/** Statistics by the name of their series, without the prefix `redis_`. Sizes are in bytes. */
export type RedisFigures = Readonly<Record<string, number>>;

const FIELDS: ReadonlyMap<string, string> = new Map([
  ["used_memory", "memory_used_bytes"],
  ["maxmemory", "memory_max_bytes"],
  ["evicted_keys", "evicted_keys"],
  ["keyspace_hits", "keyspace_hits"],
  ["keyspace_misses", "keyspace_misses"],
  ["connected_clients", "connections"],
  ["rejected_connections", "connections_rejected"],
]);

const WHOLE = /^\d{1,15}$/;

/** INFO has lines of `field:value`, and newer versions may add lines. */
export function figuresOf(info: string): RedisFigures {
  const figures: Record<string, number> = {};
  for (const line of info.split(/\r?\n/)) {
    const at = line.indexOf(":");
    const name = FIELDS.get(line.slice(0, at));
    const value = line.slice(at + 1);
    if (name !== undefined && WHOLE.test(value)) figures[name] = Number(value);
  }
  // Redis reports 0 if its memory is unlimited.
  if (figures.memory_max_bytes === 0) delete figures.memory_max_bytes;
  return figures;
}

/**
 * @throws TypeError, DOMException or SyntaxError as `fetch` does; Error if the response has a
 *   different shape
 */
export async function askFigures({ url, token }: RedisAddress): Promise<RedisFigures> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(["INFO"]),
    signal: AbortSignal.timeout(CONNECTION_MS),
  });
  const { result } = await answer.json() as { result?: unknown };
  if (typeof result !== "string") throw new Error("redis: invalid response to INFO");
  return figuresOf(result);
}
