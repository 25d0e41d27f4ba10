/**
 * G10 and G12: measures what one of the product's routes costs compared with a bare server, and
 * what it costs to identify the caller.
 */
import { withCleanup } from "@farthing/command-line";
import { type HttpServer, startHttpServer } from "../http/server-process.ts";
import { measure, type Sample } from "../load/run-clients.ts";
import type { Options } from "../command/options.ts";
import { type Figure, figure, spreadOf } from "../report/verdict.ts";
import type { ArmRow, Section } from "../report/section.ts";

/**
 * With one client, the time of a single call is measured. The goal for requests per second applies
 * to 16 clients.
 */
const ONE = 1;
const MANY = 16;

interface HttpArm {
  name: string;
  server: string;
  path: string;
  lacks: string;
}

const ARMS: HttpArm[] = [
  { name: "bare Deno.serve", server: "deno", path: "/", lacks: "routing, ids, headers, log" },
  { name: "the same, our headers", server: "headed", path: "/", lacks: "routing, log, fresh ids" },
  { name: "bare Hono", server: "hono", path: "/bench/noop", lacks: "ids, headers, log" },
  { name: "our route", server: "ours", path: "/bench/noop", lacks: "a caller" },
  { name: "our route, user", server: "ours", path: "/bench/me", lacks: "nothing" },
];

const NOTE =
  "G10: the eight headers that the product adds to a response, some of them for browsers, are more " +
  "than half of its bytes. The second arm sends the same headers, which it makes once.";

interface HttpSample extends Sample {
  /** The server's processor time for each request, in microseconds. */
  cpuUs: number | undefined;
}

type Samples = Map<string, HttpSample[]>;

async function sampleOf(arm: HttpArm, server: HttpServer, clients: number, seconds: number) {
  const { port, headers } = server;
  const target = { kind: "http" as const, port, path: arm.path, headers };
  const before = server.cpuMs();
  const sample = await measure({ target, seconds }, clients, 0);
  const after = server.cpuMs();
  const cpuUs = before === undefined || after === undefined
    ? undefined
    : (after - before) * 1000 / sample.answered;
  return { ...sample, cpuUs };
}

async function runArms(
  servers: Map<string, HttpServer>,
  options: Options,
  say: (what: string) => void,
): Promise<Samples> {
  const samples: Samples = new Map(ARMS.map(({ name }) => [name, []]));
  for (let round = 1; round <= options.rounds; round++) {
    for (const clients of [ONE, MANY]) {
      for (const arm of ARMS) {
        say(`round ${round} of ${options.rounds}, ${clients} clients: ${arm.name}`);
        const server = servers.get(arm.server)!;
        samples.get(arm.name)!.push(await sampleOf(arm, server, clients, options.seconds));
      }
    }
  }
  return samples;
}

const pick = (samples: Samples, name: string, clients: number) =>
  samples.get(name)!.filter((sample) => sample.clients === clients);

/** Combines two arms' results, round by round. */
function paired(
  samples: Samples,
  [one, other]: [string, string],
  clients: number,
  combine: (one: HttpSample, other: HttpSample) => number,
): number[] {
  const others = pick(samples, other, clients);
  return pick(samples, one, clients).map((sample, round) => combine(sample, others[round]!));
}

function figuresOf(samples: Samples): Figure[] {
  const route = { better: "higher" as const, goal: 0.55, stretch: 0.7 };
  const known = { better: "lower" as const, goal: 0.15, stretch: 0.05 };
  const toBare: [string, string] = ["our route", "bare Deno.serve"];
  const toNobody: [string, string] = ["our route, user", "our route"];
  const figures = [
    figure(
      "G10",
      "our route to bare Deno.serve, requests, c=16",
      route,
      paired(samples, toBare, MANY, (ours, bare) => ours.perSecond / bare.perSecond),
    ),
    figure(
      "G12",
      "authentication adds to p50, c=1",
      known,
      paired(samples, toNobody, ONE, (user, none) => user.p50 - none.p50),
      "ms",
    ),
    figure(
      "G12",
      "authentication adds to the mean, c=1",
      known,
      paired(samples, toNobody, ONE, (user, none) => user.mean - none.mean),
      "ms",
    ),
  ];
  const cpu = paired(samples, toBare, MANY, (ours, bare) => bare.cpuUs! / ours.cpuUs!);
  if (cpu.every(Number.isFinite)) {
    figures.splice(1, 0, figure("G10", "the same by processor time of the server", route, cpu));
  }
  return figures;
}

function rowOf({ name, lacks }: HttpArm, samples: Samples, clients: number): ArmRow {
  const own = pick(samples, name, clients);
  const median = (of: (sample: HttpSample) => number) => spreadOf(own.map(of)).median;
  return {
    name,
    clients,
    lacks,
    perSecond: spreadOf(own.map(({ perSecond }) => perSecond)),
    p50: median(({ p50 }) => p50),
    p95: median(({ p95 }) => p95),
    p99: median(({ p99 }) => p99),
    problems: [],
  };
}

export async function measureHttp(
  options: Options,
  say: (what: string) => void,
): Promise<Section> {
  const servers = new Map<string, HttpServer>();
  const stopAll = async () => {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  };
  const samples = await withCleanup(stopAll, async () => {
    for (const kind of new Set(ARMS.map(({ server }) => server))) {
      say(`starting the server: ${kind}`);
      servers.set(kind, await startHttpServer(kind));
    }
    return await runArms(servers, options, say);
  });
  const rows = ARMS.flatMap((arm) => [ONE, MANY].map((clients) => rowOf(arm, samples, clients)));
  const figures = figuresOf(samples).filter(({ goal }) => options.wants(goal));
  return { figures, arms: rows, notes: [NOTE] };
}
