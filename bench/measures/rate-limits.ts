/**
 * G13: measures what the rate limiter adds to the time of a route, and what it costs when Redis
 * hangs or is unavailable.
 */
import { withCleanup } from "@farthing/command-line";
import { findRedisServer } from "@farthing/local-stack/redis";
import { EXTERNAL_SERVICES } from "../../supabase/functions/_shared/resilience/external-services.ts";
import { type HttpServer, startHttpServer } from "../http/server-process.ts";
import { measure, runClients, type Sample, sampleOf } from "../load/run-clients.ts";
import type { Options } from "../command/options.ts";
import { type BenchRedis, startBenchRedis } from "../redis/bench-redis.ts";
import { type Figure, figure, spreadOf } from "../report/verdict.ts";
import type { ArmRow, Section } from "../report/section.ts";
import { nextSeed, rotate } from "./rounds.ts";

type Say = (what: string) => void;

const CLIENTS = 16;
/**
 * The maximum duration of a run at full speed. A longer run would use up all requests that a back
 * end may send in one minute.
 */
const MOST_SECONDS = 5;
const LATENCY_GOAL_MS = 5;
/**
 * Requests per second of all clients together: 10 times the expected load, which
 * docs/reference/load.md explains.
 */
const TEN_TIMES_EXPECTED = 200;
/**
 * About twice the time that a request waits for Redis. After the first waits, the circuit breaker
 * is open and requests no longer wait. A longer run at full speed would only use up the requests
 * that the rate limit allows.
 */
const OUTAGE_SECONDS = 0.5;
/**
 * The maximum time that a request may take if Redis does not answer, in addition to the wait for
 * Redis.
 */
const GRACE_MS = 20;

const ARMS = [
  { name: "our route, unlimited", path: "/bench/free", lacks: "the limiter" },
  { name: "our route, limited", path: "/bench/limited", lacks: "nothing" },
] as const;
type Arm = typeof ARMS[number];
const [FREE, LIMITED] = ARMS;

const OUTAGES = [
  { mode: "hang", what: "Redis hung", isFirst: true },
  { mode: "down", what: "Redis refusing", isFirst: false },
] as const;
type Outage = typeof OUTAGES[number];

/**
 * The rates at which both arms are called. At these rates, the time of a call is measured from the
 * moment when it is due, even if it must wait for an earlier call.
 */
const LOADS = ["10 times the expected load", "half of the full rate"] as const;
type Load = typeof LOADS[number];

interface Limits {
  redis: BenchRedis;
  seconds: number;
  /** The requests per second of each client. */
  rates: Record<Load, number>;
  samples: Map<string, Sample[]>;
  outages: Map<Outage, Sample[]>;
  problems: Set<string>;
}

function targetOf({ port, headers }: HttpServer, { path }: Arm) {
  return { kind: "http" as const, port, path, headers };
}

const armAt = (arm: Arm, load: Load) => `${arm.name}, ${load}`;

/**
 * Returns how many requests Redis has counted in the keys `farthing:usage:*`. Every request must be
 * counted there exactly once.
 */
async function counted(redis: BenchRedis): Promise<number> {
  const keys = await redis.client.keys("farthing:usage:*");
  if (keys.length === 0) return 0;
  const counts = await redis.client.mget<number[]>(...keys);
  return counts.reduce((sum, each) => sum + each, 0);
}

/** Runs an arm at the rate of a load. If no load is given, runs it as fast as possible. */
async function run(limits: Limits, server: HttpServer, arm: Arm, load?: Load) {
  const { redis, seconds, rates } = limits;
  await redis.flush();
  const rate = load === undefined ? {} : { perSecond: rates[load] };
  const job = { target: targetOf(server, arm), seconds, ...rate };
  const sample = await measure(job, CLIENTS, nextSeed());
  const wanted = arm === LIMITED ? sample.answered : 0;
  const had = await counted(redis);
  if (had !== wanted) {
    const name = load === undefined ? arm.name : armAt(arm, load);
    limits.problems.add(`${name}: ${had} of ${wanted} requests were counted`);
  }
  return sample;
}

/**
 * Measures from the moment when Redis fails. There are no warm-up calls, because the result is how
 * long the first calls wait. The loop is closed: a client sends a call when the previous one is
 * answered. In an open loop, calls would also wait for the client's only connection, and that wait
 * would be measured too.
 */
async function failing(limits: Limits, server: HttpServer, outage: Outage): Promise<void> {
  const { redis } = limits;
  await redis.turn(outage.mode);
  const job = { target: targetOf(server, LIMITED), seconds: OUTAGE_SECONDS, warmUps: 0 };
  const tallies = await runClients(job, CLIENTS, nextSeed());
  await redis.turn("ok");
  for (const { failure } of tallies) {
    if (failure !== undefined) limits.problems.add(`${outage.what}: ${failure}`);
  }
  limits.outages.get(outage)!.push(sampleOf(tallies));
}

/**
 * Runs one round. Each outage is measured on a server of its own, because an outage opens the
 * server's circuit breaker.
 */
async function round(limits: Limits, nth: number, say: Say): Promise<void> {
  for (const outage of OUTAGES) {
    say("warming up");
    const server = await startHttpServer("limited", limits.redis.url);
    await withCleanup(() => server.stop(), async () => {
      const { perSecond } = await run(limits, server, LIMITED);
      limits.rates["half of the full rate"] ||= perSecond / 2 / CLIENTS;
      for (const load of outage.isFirst ? LOADS : []) {
        for (const arm of rotate([...ARMS], nth - 1)) {
          say(armAt(arm, load));
          limits.samples.get(armAt(arm, load))!.push(await run(limits, server, arm, load));
        }
      }
      say(outage.what);
      await failing(limits, server, outage);
    });
  }
}

function figuresOf({ samples, outages, problems }: Limits): Figure[] {
  const added = (load: Load) => {
    const free = samples.get(armAt(FREE, load))!;
    return samples.get(armAt(LIMITED, load))!.map(({ p95 }, nth) => p95 - free[nth]!.p95);
  };
  const asked = { better: "lower" as const, goal: LATENCY_GOAL_MS };
  const { timeoutMs } = EXTERNAL_SERVICES.redis;
  const made = [
    ...LOADS.map((load) =>
      figure("G13", `the limiter adds to p95, c=${CLIENTS}, ${load}`, asked, added(load), "ms")
    ),
    ...OUTAGES.map((outage) => {
      const longest = outages.get(outage)!.map(({ max }) => max);
      const bound = { better: "lower" as const, goal: timeoutMs + GRACE_MS };
      return figure("G13", `${outage.what}: the longest request`, bound, longest, "ms");
    }),
  ];
  return problems.size === 0 ? made : made.map((each) => ({ ...each, verdict: "broken" as const }));
}

function rowOf(name: string, lacks: string, own: Sample[], problems: Set<string>): ArmRow {
  const median = (of: (sample: Sample) => number) => spreadOf(own.map(of)).median;
  return {
    ...{ name, lacks },
    clients: CLIENTS,
    perSecond: spreadOf(own.map(({ perSecond }) => perSecond)),
    p50: median(({ p50 }) => p50),
    p95: median(({ p95 }) => p95),
    p99: median(({ p99 }) => p99),
    problems: [...problems].filter((problem) => problem.startsWith(name)),
  };
}

function sectionOf(limits: Limits): Section {
  const { samples, outages, problems, rates } = limits;
  const p95 = (arm: Arm, load: Load) =>
    spreadOf(samples.get(armAt(arm, load))!.map(({ p95 }) => p95)).median;
  const ratesText = LOADS.map((load) => {
    const ratio = p95(LIMITED, load) / p95(FREE, load);
    return `${load} (${
      Math.round(rates[load] * CLIENTS)
    } requests per second; the limited route's ` +
      `p95 is ${ratio.toFixed(1)} times that of the other)`;
  });
  return {
    figures: figuresOf(limits),
    arms: [
      ...LOADS.flatMap((load) =>
        ARMS.map((arm) => {
          const name = armAt(arm, load);
          return rowOf(name, arm.lacks, samples.get(name)!, problems);
        })
      ),
      ...OUTAGES.map((outage) => rowOf(outage.what, "Redis", outages.get(outage)!, problems)),
    ],
    notes: [
      "G13: three rules count a back end's request in one round trip to a local Redis. Both arms " +
      `are called at ${
        ratesText.join(" and at ")
      }; clients, server, Redis and its HTTP API share the ` +
      "processor. Each request must be counted once. While Redis hangs or refuses connections, " +
      "every request must be answered with 200, and the longest may take the wait for Redis of " +
      `${EXTERNAL_SERVICES.redis.timeoutMs} ms and ${GRACE_MS} ms more.`,
    ],
  };
}

const NOT_MEASURED: Section = {
  figures: [],
  arms: [],
  notes: ["G13 was not measured: it needs redis-server (Debian package redis-server)."],
};

export async function measureLimits(options: Options, say: Say): Promise<Section> {
  const binary = findRedisServer();
  if (binary === undefined) return NOT_MEASURED;
  const redis = await startBenchRedis(binary);
  const limits: Limits = {
    redis,
    rates: {
      "10 times the expected load": TEN_TIMES_EXPECTED / CLIENTS,
      "half of the full rate": 0,
    },
    seconds: Math.min(options.seconds, MOST_SECONDS),
    samples: new Map(LOADS.flatMap((load) => ARMS.map((arm) => [armAt(arm, load), []]))),
    outages: new Map(OUTAGES.map((outage) => [outage, []])),
    problems: new Set(),
  };
  await withCleanup(() => redis.stop(), async () => {
    for (let nth = 1; nth <= options.rounds; nth++) {
      await round(limits, nth, (what) => say(`round ${nth} of ${options.rounds}: ${what}`));
    }
  });
  return sectionOf(limits);
}
