/**
 * The health endpoints over HTTP: SQL and TypeScript compute the same figures, and a collector can
 * read the metrics. The paid checks (docs/reference/health.md), which call each service and cost
 * money, succeed.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { DeepReport, HealthReport } from "../../supabase/functions/_shared/contracts/health.ts";
import { SLO } from "../../supabase/functions/_shared/metrics/slo.ts";
import { boundOf, BUCKETS } from "../../supabase/functions/_shared/metrics/buckets.ts";
import { hasPromtool, promtoolSays } from "../support/functions/promtool.ts";
import { proven, withSql } from "../support/project/database.ts";
import { backEnd, data, get, nobody, post, refused } from "../support/project/http.ts";
import { signUpWith } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

/**
 * An isolate reports the counts of its metrics every 10 s, so a minute is enough, even on a busy
 * machine.
 */
const REPORTED_WITHIN_MS = 60_000;

Deno.test("SQL and TypeScript have the same objectives", async () => {
  const { slo, burns } = data(await get(world, "health", nobody), 200, HealthReport);
  const { burn_windows, ...promised } = SLO;
  deepEqual(slo, { ...promised, core_routes: [...SLO.core_routes] });
  const windows = burns.filter((burn) => burn.slo === "available")
    .map(({ long_minutes, short_minutes, factor }) => ({ long_minutes, short_minutes, factor }));
  deepEqual(windows, [...burn_windows]);
});

Deno.test("SQL and TypeScript count durations in the same buckets", async () => {
  const rows = await withSql(world, (sql) =>
    sql`
    select farthing.bucket_ms(nr)::float8 as ms from generate_series(1, ${BUCKETS}) nr`);
  rows.forEach(({ ms }, bucket) => {
    const ratio = Number(ms) / boundOf(bucket);
    // SQL rounds the milliseconds to four decimals.
    ok(Math.abs(ratio - 1) < 0.005, `bucket ${bucket}: ${ms}, not ${boundOf(bucket)}`);
  });
});

Deno.test("the paid checks call every service, and only the back end may run them", async () => {
  refused(await post(world, "health/deep", nobody, {}, { key: null }), 401, "unauthenticated");
  const answer = await post(world, "health/deep", backEnd(world), {}, { key: null });
  const { checks, units_left } = data(answer, 200, DeepReport);
  const outcomes = new Map(checks.map(({ name, outcome }) => [name, outcome]));
  for (const name of ["ai", "database", "stripe"]) equal(outcomes.get(name), "ok", answer.text);
  ok(units_left < 850);
  const { deep } = await until("the report has the counts", async () => {
    const report = data(await get(world, "health", nobody), 200, HealthReport);
    return report.deep.some(({ name }) => name === "stripe") ? report : undefined;
  });
  ok(deep.every(({ checked_at }) => checked_at !== null));
});

Deno.test("a collector reads database calls, connections, and Redis's figures", async () => {
  refused(await get(world, "credits", { apikey: "sb_secret_guessed" }), 401, "unauthenticated");
  data(await post(world, "health/deep", backEnd(world), {}, { key: null }), 200, DeepReport);
  const hasRedis = world.redisUrl !== undefined;
  const { text } = await until("the counts have been reported", async () => {
    const answer = await get(world, "health/metrics", backEnd(world));
    const hasAll = (!hasRedis || /^farthing_redis_memory_used_bytes /m.test(answer.text)) &&
      /auth_failures_total\{status="401",code="unauthenticated"\}/.test(answer.text) &&
      /database_call_duration_seconds_count\{group="deep",outcome="ok"\}/.test(answer.text);
    return hasAll ? answer : undefined;
  }, REPORTED_WITHIN_MS);
  const valueOf = (series: string) =>
    Number(text.split("\n").find((line) => line.startsWith(`farthing_${series} `))?.split(" ")[1]);
  ok(valueOf('database_connections{state="active"}') >= 1, text);
  ok(valueOf("database_connections_max") >= 10);
  equal(valueOf("redis_memory_used_bytes") > 100_000, hasRedis);
  equal(valueOf("redis_evicted_keys_total") === 0, hasRedis);
  if (await hasPromtool()) equal(await promtoolSays(text), "");
});

Deno.test("a collector reads sold and spent credits, and no personal data", async () => {
  refused(await get(world, "health/metrics", nobody), 401, "unauthenticated");
  const { id, email } = await signUpWith(world, "10");
  await withSql(world, (sql) => sql`select farthing.seal()`);
  const text = await until("the grants are in the metrics", async () => {
    const answer = await get(world, "health/metrics", backEnd(world));
    equal(answer.status, 200);
    return answer.text.includes("farthing_credits_given_total") ? answer.text : undefined;
  });
  match(text, /^# TYPE farthing_credits_outstanding gauge$/m);
  ok(!text.includes(id) && !text.includes(email));
  if (await hasPromtool()) equal(await promtoolSays(text), "");
  await proven(world);
});
