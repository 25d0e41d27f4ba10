/** Runs the load test against a server that sends fixed answers. */
import assert from "node:assert/strict";
import type { Service } from "../demo/shared/service.ts";
import { type Call, type Doing, mixOf, pick, requestsPerDoing } from "./traffic-mix.ts";
import type { Person } from "./people.ts";
import { formatLoad } from "./format-load.ts";
import { run, warmUp } from "./run-load.ts";
import type { Tally } from "./tally.ts";

const OPTIONS = { sanitizeResources: false, sanitizeOps: false }; // fetch's pool keeps connections open

const POLICY = { "ratelimit-policy": `"jobs";q=10;w=60`, ratelimit: `"jobs";r=0;t=9` };
const SOFT = { ratelimit: `"default";r=9;t=9;farthing-soft` };

const refusal = (code: string, status: number, headers = {}) =>
  Response.json({ error: { code } }, { status, headers });

/** The answer to each route that the load test calls. */
const ANSWERS: Record<string, () => Response> = {
  "GET /credits": () => Response.json({ data: {} }, { headers: SOFT }),
  "POST /usage": () => refusal("internal", 500),
  "POST /credits/holds": () => Response.json({ data: { hold_id: "h" } }, { status: 201 }),
  "POST /credits/holds/h/settle": () => Response.json({ data: {} }),
  "POST /jobs": () => refusal("rate_limited", 429, POLICY),
  "GET /jobs/j": () => new Response(null, { status: 304 }),
  "POST /checkout": () => Response.json({ data: {} }, { status: 201 }),
};

async function withService(
  use: (service: Service, asked: string[]) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    const route = `${request.method} ${pathname.replace("/functions/v1", "")}`;
    asked.push(route);
    return ANSWERS[route]?.() ?? refusal("not_found", 404);
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  try {
    const keys = { publishableKey: "p", secretKey: "s" };
    await use({ url, ...keys, databaseUrl: "", aiUrl: undefined }, asked);
  } finally {
    await server.shutdown();
  }
}

const person = (): Person => ({ id: "a", as: {}, jobs: [{ id: "j", etag: "e" }] });

function countsOf(
  tally: Tally,
): Record<string, [requests: number, refused: number, failed: number]> {
  return Object.fromEntries(
    tally.routes().map((
      { route, times, refused, failed },
    ) => [route, [times.length, refused, failed]]),
  );
}

Deno.test(
  "the load test counts every request, and separates failures from refusals",
  OPTIONS,
  async () => {
    await withService(async (service, asked) => {
      const mix = mixOf("p");
      const tally = await run({
        service,
        people: [person()],
        mix,
        rate: 2_000,
        seconds: 1,
        at: () => {},
      });
      assert.equal(tally.sum.requests, asked.length);
      const counts = countsOf(tally);
      for (const [route, [requests, refused, failed]] of Object.entries(counts)) {
        const isJobs = route === "POST /jobs";
        assert.deepEqual([refused, failed], [
          isJobs ? requests : 0,
          route === "POST /usage" ? requests : 0,
        ]);
      }
      const [settled] = counts["POST /credits/holds/{id}/settle"] ?? [0];
      assert.equal(settled, counts["POST /credits/holds"]?.[0], "each hold is settled");
      const [failure] = tally.failures();
      assert.equal(failure?.[0], "POST /usage: 500 internal");
      assert.deepEqual([...tally.limits], [["jobs", counts["POST /jobs"]?.[0]]]);
      assert.equal(tally.soft, counts["GET /credits"]?.[0]);
      const said = formatLoad(tally, 1);
      assert.match(said, /Requests refused by the limiter: \d+ \(jobs \d+\)\./);
      assert.match(said, /\d+ × POST \/usage: 500 internal/);
    });
  },
);

Deno.test(
  "the load test's warm-up runs every action once for some people, uncounted",
  OPTIONS,
  async () => {
    await withService(async (service, asked) => {
      await warmUp({ service, people: [person(), person()], mix: mixOf("p") });
      assert.equal(asked.filter((route) => route === "GET /credits").length, 2);
      assert.equal(asked.length, 14);
    });
  },
);

Deno.test("the load test counts requests without an answer as failed", OPTIONS, async () => {
  const service = {
    url: "http://127.0.0.1:9",
    publishableKey: "p",
    secretKey: "s",
    databaseUrl: "",
  };
  const people = [person()];
  const at = () => {};
  const tally = await run({
    ...{ people, at, rate: 100, seconds: 1 },
    service: { ...service, aiUrl: undefined },
    mix: mixOf("p"),
  });
  assert.equal(tally.sum.failed, tally.sum.requests);
  assert.ok(tally.sum.failed > 0);
});

Deno.test("pick returns each action as often as its share", () => {
  const nothing = { requests: 1, run: (_: Person, __: Call) => Promise.resolve() };
  const mix: Doing[] = [
    { ...nothing, name: "a", share: 3 },
    { ...nothing, name: "b", share: 1, requests: 2 },
  ];
  const picked = Array.from({ length: 8 }, (_, at) => pick(mix, at / 8).name).join("");
  assert.equal(picked, "aaaaaabb");
  assert.equal(pick(mix, 0.999999).name, "b");
  assert.equal(requestsPerDoing(mix), 1.25);
  assert.equal(mixOf("p").reduce((sum, { share }) => sum + share, 0), 100);
});
