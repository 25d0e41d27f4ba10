import assert from "node:assert/strict";
import { Series } from "./series.ts";

/** Returns the rows as the database receives them. */
function sent(series: Series): Record<string, unknown>[] {
  return JSON.parse(JSON.stringify(series.rows()));
}

Deno.test("an invalid number does not spoil its batch", () => {
  const series = new Series(0);
  for (const ms of [NaN, -5, Infinity, 7]) series.request("GET /jobs", 200, ms);
  for (const by of [NaN, -5, Infinity, 7]) {
    series.count("ai_tokens", { model: "one", kind: "input" }, by);
    series.count("ai_tokens", { model: "two", kind: "input" }, by === 7 ? NaN : by);
  }
  series.time("outside_call", { service: "ai" }, NaN);
  assert.deepEqual(sent(series).map(({ labels, count, sum_ms }) => [labels, count, sum_ms]), [
    ["route=GET /jobs,status=2xx", 4, 7],
    ["model=one,kind=input", 7, undefined],
    ["service=ai", 1, 0],
  ]);
});

Deno.test("the buckets of a row end with the last one that has a duration", () => {
  const series = new Series(0);
  for (const ms of [3, 3, 90]) series.request("GET /jobs", 200, ms);
  const [{ buckets = [] } = {}] = series.rows();
  assert.deepEqual(buckets.filter((count) => count > 0), [2, 1]);
  assert.equal(buckets.at(-1), 1);
});

Deno.test("a label is text that the database takes, and holds a model's whole name", () => {
  const model = `${"m".repeat(199)}!`;
  const labels = [
    model,
    "m".repeat(900),
    `${"m".repeat(199)}😀`,
    "a\u0085b\u2028c\ud800d",
    'x="y\\',
  ];
  for (const each of labels) {
    const series = new Series(0);
    series.count("ai_tokens", { model: each, kind: "input" }, 1);
    const [row] = sent(series);
    const text = String(row?.labels);
    assert(text.length <= "model=,kind=input".length + 200 && text.isWellFormed(), text);
    assert(!/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text), text);
  }
  const series = new Series(0);
  series.count("ai_tokens", { model, kind: "input" }, 1);
  assert.equal(sent(series)[0]?.labels, `model=${model},kind=input`);
});

Deno.test("series beyond the limit are lost, and known series go on counting", () => {
  const series = new Series(0);
  for (let nr = 0; nr < 1_500; nr++) {
    series.count("ai_tokens", { model: `${nr}`, kind: "input" }, 1);
    series.time("outside_call", { service: `${nr}` }, 1);
  }
  series.count("ai_tokens", { model: "0", kind: "input" }, 1);
  const rows = series.rows();
  assert.equal(rows.length, 1_000);
  assert.equal(rows[0]?.count, 2, "a known series goes on");
});
