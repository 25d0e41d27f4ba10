import assert from "node:assert/strict";
import { currentRequest, withinRequest } from "../core/current-request.ts";
import { startContext } from "../core/start-request.ts";
import { ApiError } from "../core/errors.ts";
import { createMetrics, type FlushedMetrics } from "./create-metrics.ts";
import type { MetricRow } from "../contracts/database/arguments.ts";
import type { Batch } from "./batch-queue.ts";

interface World {
  readonly metrics: FlushedMetrics;
  /**
   * Every batch that reached the database, in order; a batch that was sent twice is listed twice.
   */
  readonly sent: { batch: Batch; ageMs: number }[];
  /** The calls that were scheduled, each with its delay. */
  readonly timers: { run: () => void; ms: number }[];
  readonly kept: Promise<unknown>[];
  readonly said: string[];
  answer: () => Promise<unknown>;
  nowMs: number;
}

function makeWorld(): World {
  const sent: World["sent"] = [];
  const timers: World["timers"] = [];
  const kept: Promise<unknown>[] = [];
  const said: string[] = [];
  const world = {
    ...{ sent, timers, kept, said },
    answer: (): Promise<unknown> => Promise.resolve(),
    nowMs: 0,
  };
  const metrics = createMetrics({
    record: (batch, ageMs) => {
      sent.push({ batch, ageMs });
      return world.answer();
    },
    nowMs: () => world.nowMs,
    later: (run, ms) => timers.push({ run, ms }),
    waitUntil: (work) => kept.push(work),
    log: (_level, message) => said.push(message),
  });
  return Object.assign(world, { metrics });
}

const down = () => Promise.reject(new ApiError("upstream_unavailable"));

/** Returns the sum of all counts that were sent, by name and labels. */
function sums(batches: readonly { batch: Batch }[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const { name, labels, count } of batches.flatMap(({ batch }) => batch.rows)) {
    all[`${name} ${labels}`] = (all[`${name} ${labels}`] ?? 0) + count;
  }
  return all;
}

const inBuckets = ({ buckets = [] }: MetricRow) => buckets.reduce((sum, count) => sum + count, 0);

Deno.test("counts are sent once, ten seconds after the first one", async () => {
  const world = makeWorld();
  assert.equal(world.timers.length, 0);
  world.metrics.request("POST /usage", 201, 12);
  world.nowMs = 4_000;
  world.metrics.request("POST /usage", 200, 14);
  world.metrics.request("POST /usage", 503, 1);
  world.metrics.request("POST /usage", 408, 1);
  world.metrics.request(null, 404, 1);
  world.metrics.count("limiter_decisions", { outcome: "soft", rule: "user" });
  world.metrics.count("ai_tokens", { model: "a,b\n", kind: "input" }, 1_000.5);
  world.metrics.time("outside_call", { service: "stripe" }, 80);
  assert.deepEqual(world.timers.map(({ ms }) => ms), [10_000]);
  world.nowMs = 10_000;
  world.timers[0]!.run();
  await Promise.all(world.kept);
  assert.equal(world.sent[0]!.ageMs, 10_000);
  assert.deepEqual(sums(world.sent), {
    "requests route=POST /usage,status=2xx": 2,
    "requests route=POST /usage,status=5xx": 1,
    "requests route=POST /usage,status=408": 1,
    "requests route=none,status=4xx": 1,
    "limiter_decisions rule=user,outcome=soft": 1,
    "ai_tokens model=a_b_,kind=input": 1_000.5,
    "outside_call service=stripe": 1,
  });
  const [first] = world.sent[0]!.batch.rows;
  assert.deepEqual([first!.sum_ms, inBuckets(first!)], [26, 2]);
  await world.metrics.flush();
  assert.equal(world.sent.length, 1);
  world.metrics.request("POST /usage", 200, 1);
  assert.equal(world.timers.length, 2);
});

Deno.test("a measured time, too, is sent ten seconds later", async () => {
  const world = makeWorld();
  world.metrics.time("outside_call", { service: "stripe" }, 80);
  assert.deepEqual(world.timers.map(({ ms }) => ms), [10_000]);
  world.timers[0]!.run();
  await Promise.all(world.kept);
  assert.deepEqual(sums(world.sent), { "outside_call service=stripe": 1 });
});

Deno.test("a batch that was not recorded is sent again under its id, with growing pauses", async () => {
  const world = makeWorld();
  world.answer = down;
  world.metrics.request("GET /credits", 200, 5);
  for (let round = 0; round < 6; round++) {
    world.timers.at(-1)!.run();
    await world.metrics.flush();
  }
  assert.deepEqual(world.timers.map(({ ms }) => ms / 1_000), [10, 20, 40, 80, 160, 160, 160]);
  assert.equal(new Set(world.sent.map(({ batch }) => batch.id)).size, 1);
  world.answer = () => Promise.resolve();
  world.timers.at(-1)!.run();
  await Promise.all(world.kept);
  assert.equal(world.said.length, 6);
  world.metrics.request("GET /credits", 200, 5);
  assert.equal(world.timers.at(-1)!.ms, 10_000);
});

Deno.test("while the database is unavailable batches are few, and no count is lost", async () => {
  const world = makeWorld();
  world.answer = down;
  for (let minute = 0; minute < 50; minute++) {
    world.metrics.request("GET /credits", 200, 5 + minute);
    world.metrics.count("limiter_fallbacks", { reason: "down" }, 2);
    if (minute % 7 === 0) world.metrics.request("GET /jobs", 500, 1_000);
    await world.metrics.flush();
  }
  world.sent.length = 0;
  world.answer = () => Promise.resolve();
  await world.metrics.flush();
  assert.equal(world.sent.length, 6);
  assert.deepEqual(sums(world.sent), {
    "requests route=GET /credits,status=2xx": 50,
    "limiter_fallbacks reason=down": 100,
    "requests route=GET /jobs,status=5xx": 8,
  });
  const requests = world.sent.flatMap(({ batch }) => batch.rows)
    .filter(({ labels }) => labels === "route=GET /credits,status=2xx");
  assert.equal(requests.reduce((sum, row) => sum + inBuckets(row), 0), 50);
});

Deno.test("a batch is as old as its first count, however long nothing was counted before", async () => {
  const world = makeWorld();
  world.nowMs = 3_600_000;
  world.metrics.request("GET /credits", 200, 5);
  world.nowMs += 10_000;
  await world.metrics.flush();
  assert.equal(world.sent[0]?.ageMs, 10_000);
});

Deno.test("a batch whose call timed out is sent again", async () => {
  const world = makeWorld();
  world.answer = () => Promise.reject(new ApiError("request_timeout"));
  world.metrics.request("GET /credits", 200, 5);
  await world.metrics.flush();
  world.answer = () => Promise.resolve();
  await world.metrics.flush();
  assert.deepEqual(sums(world.sent.slice(1)), { "requests route=GET /credits,status=2xx": 1 });
});

Deno.test("a batch that the database refuses for good is dropped", async () => {
  const world = makeWorld();
  world.answer = () => Promise.reject(new ApiError("internal"));
  world.metrics.request("GET /credits", 200, 5);
  await world.metrics.flush();
  await world.metrics.flush();
  assert.equal(world.sent.length, 1);
  assert.deepEqual(world.said, ["metrics refused"]);
});

Deno.test("a flush belongs to no request, and does not schedule itself again", async () => {
  const world = makeWorld();
  const seen: unknown[] = [];
  world.answer = () => {
    seen.push(currentRequest());
    return Promise.resolve();
  };
  world.metrics.beforeFlush(() => world.metrics.count("breaker_not_closed", { service: "ai" }));
  await withinRequest(startContext(new Headers()), async () => {
    world.metrics.request("GET /credits", 200, 5);
    world.timers[0]!.run();
    await Promise.all(world.kept);
  });
  assert.deepEqual(seen, [undefined]);
  assert.equal(world.timers.length, 1);
  assert("breaker_not_closed service=ai,state=" in sums(world.sent));
  await world.metrics.flush();
  assert.equal(world.timers.length, 1);
});

/** Serves one request after the other; each is counted. */
function countingServer(metrics: FlushedMetrics) {
  const server = Deno.serve({ port: 0, onListen: () => {} }, () => {
    metrics.request("GET /credits", 200, 5);
    return new Response();
  });
  return {
    ask: async () => await (await fetch(`http://127.0.0.1:${server.addr.port}`)).text(),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

// When a module is imported for the first time, Deno runs the server's next requests in the async
// context of the import. A flag in that context once made all later requests look like parts of a
// flush.
Deno.test("requests are counted after a flush that imports a module", async () => {
  const world = makeWorld();
  world.answer = () => import(`data:text/javascript,export default "${crypto.randomUUID()}"`);
  await using server = countingServer(world.metrics);
  for (let nth = 1; nth <= 3; nth++) {
    await server.ask();
    assert.equal(world.timers.length, nth);
    world.timers.at(-1)!.run();
    await Promise.all(world.kept);
  }
  assert.deepEqual(sums(world.sent), { "requests route=GET /credits,status=2xx": 3 });
});

Deno.test("requests that end while a batch is being sent are in the next batch", async () => {
  const world = makeWorld();
  const { promise, resolve } = Promise.withResolvers<void>();
  world.answer = () => promise;
  world.metrics.request("GET /credits", 200, 5);
  const first = world.metrics.flush();
  const beside = world.metrics.flush();
  world.metrics.request("GET /credits", 200, 5);
  assert.equal(world.timers.length, 2);
  resolve();
  await Promise.all([first, beside]);
  await world.metrics.flush();
  assert.deepEqual(world.sent.map(({ batch }) => batch.rows[0]!.count), [1, 1]);
});

Deno.test("an isolate that is being ended also sends what was counted during a flush", async () => {
  const world = makeWorld();
  const { promise, resolve } = Promise.withResolvers<void>();
  world.answer = () => promise;
  world.metrics.request("GET /credits", 200, 5);
  const first = world.metrics.flush();
  world.metrics.request("GET /credits", 200, 5);
  const last = world.metrics.flush();
  resolve();
  await Promise.all([first, last]);
  assert.deepEqual(sums(world.sent), { "requests route=GET /credits,status=2xx": 2 });
});

/** A process that counts once, prints when it flushes, and has nothing else to do. */
const SCRIPT = `
  import { metricsFrom } from "${import.meta.resolve("./create-metrics.ts")}";
  const record = () => Promise.resolve(Deno.stdout.writeSync(new TextEncoder().encode("handed over")));
  metricsFrom(record, () => {}).request("GET /credits", 200, 1);
`;

Deno.test("a script that has counted something ends without waiting for the flush", async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    // `--quiet`, because Deno prints a line for each package that it loads for the first time.
    args: ["eval", "--quiet", "--no-lock", SCRIPT],
    cwd: new URL("../..", import.meta.url),
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.deepEqual([success, said], [true, ""]);
});
