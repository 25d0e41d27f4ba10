import assert from "node:assert/strict";
import { METRIC_SAMPLES } from "#support/samples/metrics.ts";
import { hasPromtool, promtoolSays } from "#support/promtool.ts";
import { bucketOf, BUCKETS } from "./buckets.ts";
import { COUNTERS, TIMERS } from "./metrics.ts";
import { COUNTER_HELP, FIGURE_HELP, TIMER_HELP } from "./prometheus-names.ts";
import { writeMetrics } from "./prometheus.ts";

const series = (name: string, labels: string, buckets: number[] = []) => ({
  ...{ name, labels, buckets, count: String(buckets.reduce((sum, inIt) => sum + inIt, 0) || 1) },
  sum_ms: "1500.25",
});

/** Returns the buckets of these durations, given as pairs of ms and count. */
function histogram(...durations: [number, number][]): number[] {
  const buckets: number[] = new Array(BUCKETS).fill(0);
  for (const [ms, count] of durations) buckets[bucketOf(ms)]! += count;
  return buckets;
}

/** A sample with one series of each kind. */
function everything() {
  const labelled = (names: readonly string[]) => names.map((name) => `${name}=x`).join(",");
  return {
    counted: [
      ...Object.entries(COUNTERS).map(([name, labels]) => series(name, labelled(labels))),
      series("ai_spend_usd", "model=gpt-4o"),
      ...Object.entries(TIMERS).map(([name, labels]) => series(name, labelled(labels), [1, 2])),
      series("requests", "route=POST /usage,status=2xx", [1, 2]),
      series("requests", "route=GET /jobs/{id},status=5xx", [1, 2]),
    ],
    figures: Object.keys(FIGURE_HELP).map((name) => ({ name, labels: "kind=a", value: "1.5" })),
  };
}

Deno.test("the requests of a route are one histogram, which is exact at each bound", () => {
  const text = writeMetrics({
    counted: [
      series("requests", "route=POST /usage,status=2xx", histogram([119, 2], [121, 3])),
      series("requests", "route=POST /usage,status=5xx", histogram([0.1, 1], [1e6, 4])),
    ],
    figures: [],
  });
  const at = (le: string) =>
    Number(
      text.split(`duration_seconds_bucket{route="POST /usage",le="${le}"} `)[1]!.split("\n")[0],
    );
  assert.deepEqual([at("0.0009011"), at("0.12"), at("0.2414"), at("+Inf")], [1, 3, 6, 10]);
  assert.match(text, /^farthing_request_duration_seconds_sum\{route="POST \/usage"\} 3\.0005$/m);
  assert.match(text, /^farthing_request_duration_seconds_count\{route="POST \/usage"\} 10$/m);
  assert.match(text, /^farthing_requests_total\{route="POST \/usage",status="5xx"\} 5$/m);
});

Deno.test("jobs have bounds of their own, up to hours", () => {
  const buckets = histogram([90_000, 2], [3_600_000, 3], [86_400_000, 1]);
  const text = writeMetrics({
    counted: [series("job", "type=research,outcome=completed", buckets)],
    figures: [],
  });
  const lines = [
    ...text.matchAll(/_bucket\{type="research",outcome="completed",le="(.+)"\} (\d+)/g),
  ];
  const below = (seconds: number) => Number(lines.findLast(([, le]) => Number(le) <= seconds)?.[2]);
  assert.equal(lines.length, 21);
  assert.deepEqual([60, 130, 8_000, 70_000].map(below), [0, 2, 5, 5]);
  assert.match(text, /^farthing_job_duration_seconds_count\{.*\} 6$/m);
});

Deno.test("label values are escaped, and series without a description are left out", () => {
  const text = writeMetrics({
    counted: [
      series("ai_tokens", 'model=a"b\\c=d,kind=input'),
      series("of_an_older_version", ""),
      series("toString", ""),
    ],
    figures: [{ name: "of_another", labels: "", value: "1" }],
  });
  assert.equal(
    text,
    `# HELP farthing_ai_tokens_total ${COUNTER_HELP.ai_tokens.help}\n` +
      "# TYPE farthing_ai_tokens_total counter\n" +
      'farthing_ai_tokens_total{model="a\\"b\\\\c=d",kind="input"} 1\n',
  );
});

Deno.test("every family is described once, before its first sample", () => {
  const text = writeMetrics(everything());
  const told = new Set<string>();
  for (const line of text.trimEnd().split("\n")) {
    const [, kind, name] = /^# (HELP|TYPE) (\S+) \S/.exec(line) ?? [];
    if (kind !== undefined) {
      assert(!told.has(`${kind} ${name}`), line);
      told.add(`${kind} ${name}`);
      continue;
    }
    const sample = line.split(/[{ ]/)[0]!.replace(/_(bucket|sum|count)$/, "");
    assert(told.has(`HELP ${sample}`) && told.has(`TYPE ${sample}`), line);
    assert.match(line, /^farthing_[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [0-9.e-]+$/);
  }
  const described = [COUNTER_HELP, TIMER_HELP, FIGURE_HELP].flatMap((all) => Object.values(all));
  for (const { name } of described) assert(told.has(`HELP farthing_${name}`), name);
});

Deno.test({
  name: "promtool finds nothing to say",
  ignore: !await hasPromtool(),
  fn: async () => {
    for (const given of [everything(), METRIC_SAMPLES.health_metrics({})]) {
      assert.equal(await promtoolSays(writeMetrics(given)), "");
    }
  },
});
