/** Emulates Upstash's REST API for a limiter, in memory and over HTTP, with faults that a test chooses. */
import { createHash } from "node:crypto";
import type { RedisAddress } from "../../../../supabase/functions/_shared/adapters/redis/redis.ts";

export type RedisMood = "ok" | "hang" | "wrong-token" | "full" | { readonly body: string };

export interface FakeRedis extends AsyncDisposable {
  readonly address: RedisAddress;
  mood: RedisMood;
  /** The path and the commands of each request, in order. */
  readonly requests: { readonly path: string; readonly commands: string[][] }[];
  readonly keys: () => string[];
}

const TOKEN = "a-token";

/** Counts a request in the sliding window with the same arithmetic as the limiter's script. */
function takeOne(counts: Map<string, number>, args: string[]): number[] {
  const [current = "", previous = "", quota, now, window] = args;
  const passed = (Number(now) % Number(window)) / Number(window);
  const before = Math.floor((1 - passed) * (counts.get(previous) ?? 0));
  const used = before + (counts.get(current) ?? 0);
  if (used >= Number(quota)) return [-1, Number(quota)];
  counts.set(current, (counts.get(current) ?? 0) + 1);
  return [Number(quota) - used - 1, Number(quota)];
}

class Memory {
  readonly counts = new Map<string, number>();
  readonly #scripts = new Set<string>();

  run([name = "", ...given]: string[]): object {
    const [script = "", , ...args] = given;
    const command = name.toLowerCase();
    if (command === "set") return { result: "OK" };
    if (command === "mget") return { result: given.map((key) => this.counts.get(key) ?? null) };
    if (command === "evalsha" && !this.#scripts.has(script)) {
      return { error: "NOSCRIPT No matching script. Please use EVAL." };
    }
    if (command === "eval") {
      this.#scripts.add(createHash("sha1").update(script).digest("hex"));
    }
    return { result: takeOne(this.counts, args) };
  }
}

function refusalIn(mood: RedisMood, commands: string[][]): Response | null {
  if (mood === "wrong-token") {
    const error = "WRONGPASS invalid or missing auth token.";
    return Response.json({ error }, { status: 401 });
  }
  if (mood === "full") {
    const error = "OOM command not allowed when used memory > 'maxmemory'.";
    return Response.json(commands.map(() => ({ error })));
  }
  return typeof mood === "object" ? new Response(mood.body) : null;
}

/** Starts the server. Disposing of the server ends the requests that still hang. */
export function startFakeRedis(): FakeRedis {
  const memory = new Memory();
  const hanging: (() => void)[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  const fake: FakeRedis = {
    address: { url: `http://127.0.0.1:${server.addr.port}`, token: TOKEN },
    mood: "ok",
    requests: [],
    keys: () => [...memory.counts.keys()],
    async [Symbol.asyncDispose]() {
      hanging.forEach((end) => end());
      await server.shutdown();
    },
  };

  async function answer(request: Request): Promise<Response> {
    const commands = (await request.json() as unknown[][]).map((one) => one.map(String));
    fake.requests.push({ path: new URL(request.url).pathname, commands });
    if (fake.mood === "hang") await new Promise<void>((end) => hanging.push(end));
    return refusalIn(fake.mood, commands) ??
      Response.json(commands.map((command) => memory.run(command)));
  }
  return fake;
}
