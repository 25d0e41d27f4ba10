/**
 * G20: measures a storm of webhooks. Compares delivering each event once with delivering each event
 * five times.
 */
import { withCleanup } from "@farthing/command-line";
import type { BenchServer } from "../database/bench-server.ts";
import { type HttpServer, startHttpServer } from "../http/server-process.ts";
import { measure, type Sample } from "../load/run-clients.ts";
import { makeStorm } from "../load/storm-client.ts";
import type { Options } from "../command/options.ts";
import { type Figure, figure, spreadOf } from "../report/verdict.ts";
import type { ArmRow, Section } from "../report/section.ts";
import { deliveriesOf, EVENTS_PER_ORDER, shuffled } from "../storm/stripe-events.ts";
import { nextSeed, rotate } from "./rounds.ts";

type Say = (what: string) => void;

/**
 * The number of clients that deliver events concurrently. Stripe delivers events concurrently,
 * too.
 */
const CLIENTS = 16;
/**
 * Each arm gets this many orders for each second of --seconds, so that both arms process the same
 * number of orders.
 */
const ORDERS_PER_SECOND = 300;
/** The minimum number of orders in a run. It is more than the clients need for their warm-up. */
const FEWEST_ORDERS = 300;
/** The maximum number of orders in a run: each needs its own account, and there are 10,000. */
const MOST_ORDERS = 9_000;
/** The clients stop when all events are delivered, and after this time even if some are not. */
const LONGEST_SECONDS = 120;

interface Arm {
  name: string;
  database: string;
  times: number;
  lacks: string;
}

const ONCE: Arm = {
  name: "each event once",
  database: "storm_once",
  times: 1,
  lacks: "duplicates",
};
const FIVE: Arm = {
  name: "each event five times",
  database: "storm_five",
  times: 5,
  lacks: "nothing",
};
const ARMS = [ONCE, FIVE];

interface Storms {
  server: BenchServer;
  orders: number;
  servers: Map<Arm, HttpServer>;
  samples: Map<Arm, Sample[]>;
  problems: Map<Arm, string[]>;
}

async function blow({ server, orders, servers, samples, problems }: Storms, arm: Arm, run: string) {
  const { database, times } = arm;
  const rows = await server.query<{ id: string }>(
    database,
    `select id from bench.storm_orders('${run}', ${orders}) t (id)`,
  );
  // Removes the dead rows of earlier runs, and updates the planner's statistics.
  await server.query(database, "vacuum (analyze)");
  await server.query(database, "checkpoint");
  const events = deliveriesOf(run, rows.map(({ id }) => id));
  const target = makeStorm(servers.get(arm)!.port, shuffled(events, times, nextSeed()));
  const sample = await measure({ target, seconds: LONGEST_SECONDS }, CLIENTS, nextSeed());
  samples.get(arm)!.push(sample);
  const found = await server.query<{ problem: string }>(
    database,
    `select problem from bench.storm_problems('${run}', ${orders}, ${events.length}) t (problem)
     union all select '${sample.answered} of ${events.length * times} deliveries were answered'
     where ${sample.answered} <> ${events.length * times} limit 5`,
  );
  if (found.length > 0) {
    problems.set(arm, [...problems.get(arm) ?? [], ...found.map(({ problem }) => problem)]);
  }
}

/** Compares the deliveries per second with and without duplicates, round by round. */
function figureOf({ samples, problems }: Storms): Figure {
  const once = samples.get(ONCE)!;
  const ratios = samples.get(FIVE)!.map((five, round) => five.perSecond / once[round]!.perSecond);
  const what = `${FIVE.name} to ${ONCE.name}, deliveries, c=${CLIENTS}`;
  const made = figure("G20", what, { better: "higher", goal: 1 }, ratios);
  return problems.size > 0 ? { ...made, verdict: "broken" } : made;
}

function rowOf({ samples, problems }: Storms, arm: Arm): ArmRow {
  const own = samples.get(arm)!;
  const median = (of: (sample: Sample) => number) => spreadOf(own.map(of)).median;
  return {
    name: `webhooks, ${arm.name}`,
    clients: CLIENTS,
    lacks: arm.lacks,
    perSecond: spreadOf(own.map(({ perSecond }) => perSecond)),
    p50: median(({ p50 }) => p50),
    p95: median(({ p95 }) => p95),
    p99: median(({ p99 }) => p99),
    problems: problems.get(arm) ?? [],
  };
}

export async function measureStorm(
  server: BenchServer,
  options: Options,
  say: Say,
): Promise<Section> {
  const wanted = Math.round(ORDERS_PER_SECOND * options.seconds);
  const storms: Storms = {
    server,
    orders: Math.min(MOST_ORDERS, Math.max(FEWEST_ORDERS, wanted)),
    servers: new Map(),
    samples: new Map(ARMS.map((arm) => [arm, []])),
    problems: new Map(),
  };
  const stopAll = async () => {
    await Promise.all([...storms.servers.values()].map((server) => server.stop()));
  };
  await withCleanup(stopAll, async () => {
    for (const arm of ARMS) {
      say(`starting a webhook server: ${arm.name}`);
      await server.clone(arm.database);
      storms.servers.set(arm, await startHttpServer("webhook", server.url(arm.database)));
    }
    for (let round = 1; round <= options.rounds; round++) {
      for (const arm of rotate(ARMS, round - 1)) {
        say(`round ${round} of ${options.rounds}: webhooks, ${arm.name}`);
        await blow(storms, arm, `r${round}`);
      }
    }
  });
  for (const { database } of ARMS) await server.dropDatabase(database);
  const events = storms.orders * EVENTS_PER_ORDER;
  return {
    figures: [figureOf(storms)],
    arms: ARMS.map((arm) => rowOf(storms, arm)),
    notes: [
      `G20: in each round ${events} signed events of ${storms.orders} purchases (session, payment, ` +
      "charge) are delivered concurrently over HTTP in random order, each once or each five times. " +
      "After each round every event must be processed, every order must be paid and granted once, " +
      "and the ledger must pass its proof.",
    ],
  };
}
