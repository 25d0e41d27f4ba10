import { deepEqual, equal } from "node:assert/strict";
import { judgeStage, type RouteFigures, type StageFigures } from "./gates.ts";

const route = (requests: number, p95Ms: number | null): RouteFigures => ({ requests, p95Ms });

const figures = (more: Partial<StageFigures> = {}): StageFigures => ({
  counted: { requests: 1000, errors: 0 },
  routes: { "GET /credits": route(1000, 50) },
  webhooks: { sent: 100, arrived: 100 },
  connections: { used: 10, most: 100 },
  proof: { isClean: true, evidence: "clean" },
  ...more,
});

/** Returns the verdict of one gate for figures that are otherwise good. */
function verdict(name: string, more: Partial<StageFigures>, baseline = figures()) {
  return judgeStage(figures(more), baseline).find((gate) => gate.name === name)?.verdict;
}

Deno.test("good figures pass all gates", () => {
  deepEqual(judgeStage(figures(), figures()).map((gate) => [gate.name, gate.verdict]), [
    ["error-rate", "passed"],
    ["p95", "passed"],
    ["webhook-success", "passed"],
    ["connections", "passed"],
    ["cpu", "skipped"],
    ["proof", "passed"],
  ]);
});

Deno.test("errors below 0.5 % pass; at and above it the gate closes", () => {
  const with_ = (errors: number) => verdict("error-rate", { counted: { requests: 1000, errors } });
  deepEqual([with_(4), with_(5), with_(6)], ["passed", "closed", "closed"]);
});

Deno.test("a p95 below twice the baseline passes; at and above it the gate closes", () => {
  const with_ = (ms: number) => verdict("p95", { routes: { "GET /credits": route(1000, ms) } });
  deepEqual([with_(99), with_(100), with_(101)], ["passed", "closed", "closed"]);
});

Deno.test("one slow route closes the gate, though the others are fast", () => {
  const baseline = figures({ routes: { a: route(50, 10), b: route(50, 10) } });
  const routes = { a: route(5000, 5), b: route(20, 21) };
  equal(verdict("p95", { routes }, baseline), "closed");
});

Deno.test("a route of fewer than 20 requests, or without a baseline, has no p95", () => {
  const baseline = figures({ routes: { a: route(19, 10), b: route(20, null) } });
  const routes = { a: route(100, 90), b: route(100, 90), c: route(100, 90) };
  equal(verdict("p95", { routes }, baseline), "no data");
  const few = { "GET /credits": route(19, 900) };
  equal(verdict("p95", { routes: few }), "no data");
});

Deno.test("more than 95 % of the webhooks pass; at and below it the gate closes", () => {
  const with_ = (arrived: number) =>
    verdict("webhook-success", { webhooks: { sent: 100, arrived } });
  deepEqual([with_(96), with_(95), with_(94)], ["passed", "closed", "closed"]);
});

Deno.test("fewer than 80 % of the connections pass; at and above it the gate closes", () => {
  const with_ = (used: number) => verdict("connections", { connections: { used, most: 100 } });
  deepEqual([with_(79), with_(80), with_(81)], ["passed", "closed", "closed"]);
});

Deno.test("a violation of the proof closes its gate", () => {
  equal(verdict("proof", { proof: { isClean: false, evidence: "rule 1" } }), "closed");
});

Deno.test("on the first day there is no data, and no gate closes", () => {
  const empty = {
    ...{ counted: { requests: 0, errors: 0 }, routes: {} },
    ...{ webhooks: { sent: 0, arrived: 0 }, connections: null, proof: null },
  };
  const verdicts = judgeStage(empty, empty).map((gate) => gate.verdict);
  deepEqual([...new Set(verdicts)], ["no data", "skipped"]);
  equal(verdict("p95", {}, figures({ routes: {} })), "no data");
});
