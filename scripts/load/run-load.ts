/** Runs an open loop: each action starts when it is due, even if earlier actions have not ended. */
import type { Service } from "../demo/shared/service.ts";
import { delay } from "@farthing/command-line";
import {
  type Ask,
  type Call,
  type Doing,
  type Got,
  pick,
  requestsPerDoing,
} from "./traffic-mix.ts";
import type { Options } from "./options.ts";
import type { Person } from "./people.ts";
import { type RequestResult, Tally } from "./tally.ts";

/**
 * A request without an answer after this time counts as failed, because a real user would have
 * left.
 */
const REQUEST_TIMEOUT_MS = 30_000;

function resultOf({ good }: Ask, status: number, code: string): RequestResult {
  if (good.includes(status)) return { kind: "ok" };
  if (status === 429) return { kind: "refused" };
  return { kind: "failed", why: `${status} ${code}`.trim() };
}

async function answerOf(response: Response): Promise<Got & { code: string }> {
  const { status, headers } = response;
  const text = await response.text();
  const body = text === "" ? {} : JSON.parse(text);
  return { status, headers, data: body.data ?? {}, code: body.error?.code ?? "" };
}

function requestOf(ask: Ask, service: Service, person: Person): Request {
  const as = ask.by === "person" ? person.as : { apikey: service.secretKey };
  const posts = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
  return new Request(`${service.url}/functions/v1/${ask.path}`, {
    method: ask.method,
    headers: { ...as, ...(ask.method === "POST" && posts), ...ask.headers },
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    ...(ask.body !== undefined && { body: JSON.stringify(ask.body) }),
  });
}

/**
 * Returns the function that sends a person's requests. The time of the first request is measured
 * from the moment when it was due. The time of each later request is measured from the moment when
 * the request before it ended.
 */
function callerOf(service: Service, person: Person, tally: Tally, dueMs: number): Call {
  let from = dueMs;
  return async (ask) => {
    const since = from;
    try {
      const got = await answerOf(await fetch(requestOf(ask, service, person)));
      const now = from = performance.now();
      const result = resultOf(ask, got.status, got.code);
      tally.add(ask.route, result, now - since);
      tally.readLimits(got.status, got.headers);
      return result.kind === "ok" ? got : undefined;
    } catch (error) {
      from = performance.now();
      const why = error instanceof Error ? error.name : "no answer";
      tally.add(ask.route, { kind: "failed", why }, from - since);
      return undefined;
    }
  };
}

interface Crowd {
  service: Service;
  people: readonly Person[];
  mix: readonly Doing[];
}

interface Run extends Crowd, Pick<Options, "rate" | "seconds"> {
  /**
   * Called with the elapsed seconds and the results so far, at the start of each action and when
   * the run ends.
   */
  at(seconds: number, tally: Tally): void;
}

/**
 * After the actions of this many people, every route has been called, and the database server has
 * chosen its final query plans.
 */
const WARM_UPS = 20;

/**
 * Runs every action once for some people, and does not count the results. The test then measures a
 * service that has already run for a while.
 */
export async function warmUp({ service, people, mix }: Crowd): Promise<void> {
  for (const person of people.slice(0, WARM_UPS)) {
    const call = callerOf(service, person, new Tally(), performance.now());
    await Promise.all(mix.map(({ run }) => run(person, call)));
  }
}

/** Starts actions at random times (a Poisson process). Resolves when all requests are answered. */
export async function run({ service, people, mix, rate, seconds, at }: Run): Promise<Tally> {
  const tally = new Tally();
  const gapMs = 1_000 * requestsPerDoing(mix) / rate;
  const begin = performance.now();
  const end = begin + seconds * 1_000;
  const doing = new Set<Promise<unknown>>();
  const start = (due: number) => {
    const person = people[Math.floor(Math.random() * people.length)]!;
    const what = pick(mix, Math.random());
    const work = what.run(person, callerOf(service, person, tally, due));
    doing.add(work);
    void work.finally(() => doing.delete(work));
  };
  let due = begin;
  while (due < end) {
    const early = due - performance.now();
    if (early > 0) await delay(early);
    start(due);
    at((due - begin) / 1_000, tally);
    due -= Math.log(1 - Math.random()) * gapMs;
  }
  await Promise.all(doing);
  at(seconds, tally);
  return tally;
}
