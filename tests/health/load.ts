/** Sends several hundred requests, and measures them independently of the product's metrics. */
import { chatBody } from "../support/work/chat.ts";
import { type Answer, backEnd, get, nobody, post } from "../support/project/http.ts";
import { signUpWith } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import type { World } from "../support/project/world.ts";
import { inParallel } from "../support/work/in-parallel.ts";

export interface Measured {
  readonly ms: number;
  readonly status: number;
}

/** A chat, with the duration that its caller measured, and the time for which its model waits. */
export interface Chat extends Measured {
  readonly slowMs: number;
}

type Task = () => Promise<void>;

const AT_ONCE = 8;

/** Returns durations from 20 to 500 ms. Most are short and a few are long, as in real traffic. */
function slownesses(count: number): number[] {
  return Array.from({ length: count }, (_, nr) => Math.round(20 * 25 ** ((nr * 0.618) % 1) ** 2));
}

const PEOPLE = 10;
/** The chats of each user, including the failing chat, stay below the limit of 20 per minute. */
const CHATS_EACH = 16;
const FAILING_EACH = 1;
const BACK_END_CALLS = 150;
const NOWHERE = 20;

/** The names of the routes in the metrics. Requests to unknown paths are counted as `none`. */
export const ROUTES = ["POST /ai/chat", "POST /usage", "GET /usage/rates", "none"];

async function measure(call: () => Promise<Answer>): Promise<Measured> {
  const startedMs = performance.now();
  const { status } = await call();
  return { ms: performance.now() - startedMs, status };
}

/**
 * Sends charges of usage, reads of the rates, requests to an unknown path, chats whose models wait,
 * and a few failing chats. Returns all chats.
 */
export async function makeLoad(world: World): Promise<Chat[]> {
  const people = await Promise.all(
    Array.from({ length: PEOPLE }, () => signUpWith(world, "100000")),
  );
  const chats: Chat[] = [];
  const chat = (nr: number, slowMs: number, marker: string): Task => async () => {
    const content = `How long is a load? ${nr} [slow:${slowMs}][tokens:5]${marker}`;
    const { as } = people[nr % PEOPLE]!;
    const seen = await measure(() => post(world, "ai/chat", as, chatBody(content)));
    chats.push({ ...seen, slowMs });
  };
  const charge = (nr: number): Task => async () => {
    const user_id = people[nr % PEOPLE]!.id;
    const body = { user_id, model: "gpt-4o", input_tokens: nr + 1, output_tokens: 1 };
    await post(world, "usage", backEnd(world), body);
  };
  const calls = Array.from({ length: BACK_END_CALLS }, (_, nr) => nr);
  await inParallel([
    ...slownesses(PEOPLE * CHATS_EACH).map((slowMs, nr) => chat(nr, slowMs, "")),
    ...calls.map(charge),
    ...calls.map((): Task => async () => void await get(world, "usage/rates", nobody)),
    ...calls.slice(0, NOWHERE).map((): Task => async () =>
      void await get(world, "usage/no", nobody)
    ),
  ], AT_ONCE);
  // Failing chats are sent last, because several failures open the circuit breaker.
  await inParallel(
    slownesses(PEOPLE * FAILING_EACH).map((_, nr) => chat(nr, 0, "[fail:500]")),
    AT_ONCE,
  );
  return chats;
}

/**
 * Reads the duration and the status of each request from the functions' log, by method and route.
 */
async function linesOf(file: string): Promise<Map<string, Measured[]>> {
  const byRoute = new Map<string, Measured[]>();
  for (const text of (await Deno.readTextFile(file)).split("\n")) {
    if (!text.includes('"message":"request"')) continue;
    const { method, route, status, duration_ms: ms } = JSON.parse(text);
    const name = route === null ? "none" : `${method} ${route}`;
    byRoute.set(name, [...byRoute.get(name) ?? [], { ms, status }]);
  }
  return byRoute;
}

/** Waits until the log has a line for each request. Lines are written in batches. */
export function readLog(file: string, chats: number): Promise<Map<string, Measured[]>> {
  return until("every line is written", async () => {
    const log = await linesOf(file);
    const written = ROUTES.map((route) => log.get(route)?.length ?? 0);
    const expected = [chats, BACK_END_CALLS, BACK_END_CALLS, NOWHERE];
    return written.every((count, nr) => count === expected[nr]) ? log : undefined;
  });
}

/** Returns the exact quantile by the nearest-rank method. */
export function exactQuantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(q * sorted.length) - 1]!;
}
