import assert from "node:assert/strict";
import { countedMetrics } from "#support/fakes/counted-metrics.ts";
import { startFakeRedis } from "#support/fakes/redis.ts";
import { limitsFromEnv } from "./limiter-from-env.ts";
import type { LimitedRequest } from "./rate-limit-rules.ts";

const ASKING: LimitedRequest = {
  limit: "checkout",
  caller: { kind: "user", userId: "one", isOperator: false, hasSecondFactor: false },
  key: "publishable",
  ipHash: "a1",
};

function limitsAt(url: string) {
  const lines: string[] = [];
  const metrics = countedMetrics();
  const limits = limitsFromEnv(
    { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: "a-token" },
    {
      log: (level, message) => lines.push(`${level} ${message}`),
      metrics,
      waitUntil: () => {},
    },
  );
  return { ...limits, lines, metrics };
}

Deno.test("T17 an address that Redis' client refuses stops no checkout, and is logged once", async () => {
  for (const url of ["https://$upstash", "https://.example.com"]) {
    const { limiter, checkRedis, lines, metrics } = limitsAt(url);
    const verdicts = await Promise.all(Array.from({ length: 15 }, () => limiter.check(ASKING)));
    assert.equal(verdicts.filter(({ refusal }) => refusal === undefined).length, 10);
    assert.equal(await checkRedis(), "degraded");
    assert.deepEqual(lines, ["error Redis is not used: its URL is invalid"]);
    // This count raises an alert: the deployment is configured for Redis and cannot use it.
    assert.equal(metrics.counts["limiter_fallbacks misconfigured"], 15);
  }
});

Deno.test("an address in capitals is the same address", async () => {
  await using redis = startFakeRedis();
  const { limiter, metrics } = limitsAt(redis.address.url.replace("http:", "HTTP:"));
  await limiter.check(ASKING);
  assert.equal(metrics.counts["outside_calls redis ok"], 1);
});
