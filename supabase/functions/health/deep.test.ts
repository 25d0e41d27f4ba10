import assert from "node:assert/strict";
import { ApiError } from "../_shared/core/errors.ts";
import { countedMetrics } from "#support/fakes/counted-metrics.ts";
import { type Fake, makeFake } from "#support/fakes/services.ts";
import { send } from "#support/cases/routes.ts";

type Options = NonNullable<Parameters<typeof makeFake>[0]>;

async function runDeep(options: Options) {
  const fake = await makeFake(options);
  const answer = await send(fake, "POST", "/health/deep", { as: "secret" });
  const { data, error } = await answer.json();
  const checks: { name: string; outcome: string; code: string | null }[] = data?.checks ?? [];
  const outcomes = checks.map(({ name, outcome, code }) => [name, outcome, code]);
  return { fake, status: answer.status, outcomes, error, unitsLeft: data?.units_left };
}

const reported = ({ calls }: Fake) => calls.filter(({ name }) => name === "deep_checks_report");

const away = () => Promise.reject(new ApiError("upstream_unavailable"));

Deno.test("every check uses its service, and the outcome is stored", async () => {
  const { fake, outcomes, unitsLeft } = await runDeep({});
  assert.deepEqual(outcomes, [
    ["ai", "ok", null],
    ["database", "ok", null],
    ["redis", "ok", null],
    ["stripe", "ok", null],
  ]);
  assert.equal(unitsLeft, 833);
  assert.equal(reported(fake).length, 4);
  assert.equal(fake.background.length, 1);
});

Deno.test("Redis's own figures are stored with the check, and no figures if Redis reports none", async () => {
  const figures = { memory_used_bytes: 5, evicted_keys: 0 };
  const readRedisFigures = () => Promise.resolve(figures);
  const { fake } = await runDeep({ overrides: { readRedisFigures } });
  const kept = (fake: Fake) =>
    Object.fromEntries(reported(fake).map(({ args }) => [args.p_name, args.p_figures]));
  assert.deepEqual(kept(fake), { ai: {}, database: {}, redis: figures, stripe: {} });
  const checkRedis = () => Promise.resolve("degraded" as const);
  const without = await runDeep({ overrides: { readRedisFigures, checkRedis } });
  assert.deepEqual(kept(without.fake).redis, {});
});

Deno.test("a failed check is reported and stored with its code, and the other checks continue", async () => {
  const { fake, status, outcomes } = await runDeep({
    answers: { deep_checks_ledger: () => ({ looked_at: 200, wrong: 1 }) },
    payments: { readBalance: away },
    ai: { complete: () => Promise.reject(new TypeError("fetch failed")) },
    overrides: { checkRedis: () => Promise.resolve("degraded") },
  });
  assert.equal(status, 200);
  assert.deepEqual(outcomes, [
    ["ai", "failed", "internal"],
    ["database", "failed", "ledger_wrong"],
    ["redis", "failed", "degraded"],
    ["stripe", "failed", "upstream_unavailable"],
  ]);
  const codes = reported(fake).map(({ args }) => args.p_code).sort();
  assert.deepEqual(codes, ["degraded", "internal", "ledger_wrong", "upstream_unavailable"]);
});

Deno.test("a check above the day's budget is skipped, and its service is not asked", async () => {
  let left = 16;
  let completions = 0;
  const { fake, status, outcomes, unitsLeft } = await runDeep({
    answers: {
      deep_checks_claim: ({ p_units }) => {
        const claimed = p_units <= 5 && p_units <= left;
        if (claimed) left -= p_units;
        return { claimed, units_left: left };
      },
    },
    ai: {
      complete: () => {
        completions += 1;
        return away();
      },
    },
  });
  assert.equal(status, 200);
  assert.deepEqual(outcomes[0], ["ai", "skipped", "budget_spent"]);
  assert.deepEqual([completions, unitsLeft, reported(fake).length], [0, 9, 3]);
});

Deno.test("a service that is not configured is skipped", async () => {
  const notReady = () => Promise.reject(new ApiError("not_ready"));
  const { fake, outcomes } = await runDeep({ overrides: { payments: notReady, ai: notReady } });
  assert.deepEqual(outcomes.filter(([, outcome]) => outcome === "skipped"), [
    ["ai", "skipped", "unconfigured"],
    ["stripe", "skipped", "unconfigured"],
  ]);
  assert.equal(reported(fake).length, 2);
});

Deno.test("without the database no paid check runs, because it could not be counted", async () => {
  const { fake, status } = await runDeep({ answers: { deep_checks_claim: away } });
  assert.equal(status, 503);
  assert.deepEqual([...new Set(fake.names())], ["deep_checks_claim"]);
});

Deno.test("checks and the tokens of the model are counted", async () => {
  const metrics = countedMetrics();
  await runDeep({ overrides: { metrics } });
  assert.equal(metrics.counts["deep_checks stripe ok"], 1);
  const tokens = Object.keys(metrics.counts).filter((name) => name.startsWith("ai_tokens"));
  assert(tokens.some((name) => name.endsWith("output")));
});
