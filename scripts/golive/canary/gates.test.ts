import { deepEqual, equal } from "node:assert/strict";
import { bucketOf, BUCKETS } from "../../../supabase/functions/_shared/metrics/buckets.ts";
import { connectionsIn } from "./read-figures.ts";
import { isBlind, judgeStage } from "./gates.ts";
import type { StageFigures, StageRoutes } from "./stage-figures.ts";

/** A route with this many requests. `slow` of them took `p95Ms` each, the others 0.01 ms. */
function route(requests: number, p95Ms: number | null, slow = requests): StageRoutes[string] {
  const buckets = new Array<number>(BUCKETS).fill(0);
  buckets[0] = requests - slow;
  buckets[bucketOf(p95Ms ?? 0)]! += slow;
  return { requests, p95Ms, buckets };
}

const figures = (more: Partial<StageFigures> = {}): StageFigures => ({
  counted: { requests: 1000, errors: 0 },
  routes: { "GET /credits": route(1000, 100) },
  webhooks: { sent: 100, arrived: 100 },
  emails: { sent: 5, failed: 0 },
  connections: { used: 10, most: 100 },
  proof: { isClean: true, evidence: "clean" },
  ...more,
});

/** Returns the verdict of one gate. Figures that are not in `more` pass their gates. */
function verdict(name: string, more: Partial<StageFigures>, baseline = figures()) {
  return judgeStage(figures(more), baseline).find((gate) => gate.name === name)?.verdict;
}

Deno.test("good figures pass all gates", () => {
  deepEqual(judgeStage(figures(), figures()).map((gate) => [gate.name, gate.verdict]), [
    ["error-rate", "passed"],
    ["p95", "passed"],
    ["webhook-success", "passed"],
    ["email", "passed"],
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
  deepEqual([with_(199), with_(200), with_(201)], ["passed", "closed", "closed"]);
});

Deno.test("twice the baseline within the objective of 120 ms is a warning, and above it closes", () => {
  const baseline = figures({ routes: { a: route(50, 20), b: route(50, 100) } });
  const with_ = (ms: number) => {
    const routes = { a: route(50, ms), b: route(50, 100) };
    return verdict("p95", { routes }, baseline);
  };
  deepEqual([with_(39), with_(40), with_(120), with_(121)], [
    ...["passed", "warning", "warning", "closed"],
  ]);
});

Deno.test("a p95 above the limit is a warning as long as chance can explain the slow requests", () => {
  const with_ = (slow: number, requests: number) =>
    verdict("p95", { routes: { "GET /credits": route(requests, 500, slow) } });
  deepEqual([with_(4, 20), with_(5, 20)], ["warning", "closed"]);
  deepEqual([with_(6, 40), with_(7, 40)], ["warning", "closed"]);
  deepEqual([with_(60, 1000), with_(75, 1000)], ["warning", "closed"]);
  deepEqual([with_(5_100, 100_000), with_(5_200, 100_000)], ["warning", "closed"]);
});

Deno.test("one slow route closes the gate, though the others are fast", () => {
  const baseline = figures({ routes: { a: route(50, 100), b: route(50, 100) } });
  const routes = { a: route(5000, 5), b: route(20, 210) };
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

Deno.test("no email of the stage was sent: the gate closes; of many, fewer than 5 % may fail", () => {
  const with_ = (sent: number, failed: number) => verdict("email", { emails: { sent, failed } });
  deepEqual([with_(0, 1), with_(1, 1), with_(96, 4), with_(95, 5)], [
    ...["closed", "passed", "passed", "closed"],
  ]);
  deepEqual([with_(1, 18), with_(3, 2), with_(4, 1), with_(2, 2)], [
    ...["closed", "closed", "passed", "passed"],
  ], "among few attempts, one failure is retried and closes no gate");
});

Deno.test("fewer than 80 % of the connections pass; at and above it the gate closes", () => {
  const with_ = (used: number) => verdict("connections", { connections: { used, most: 100 } });
  deepEqual([with_(79), with_(80), with_(81)], ["passed", "closed", "closed"]);
});

Deno.test("a violation of the proof closes its gate", () => {
  equal(verdict("proof", { proof: { isClean: false, evidence: "rule 1" } }), "closed");
  const old = { isClean: true, isOld: true, evidence: "the proof of an hour ago" };
  equal(verdict("proof", { proof: old }), "no data");
  equal(verdict("proof", { proof: { ...old, isClean: false } }), "closed");
});

Deno.test("on the first day there is no data, and no gate closes", () => {
  const empty = {
    ...{ counted: { requests: 0, errors: 0 }, routes: {} },
    ...{ webhooks: { sent: 0, arrived: 0 }, emails: { sent: 0, failed: 0 } },
    ...{ connections: null, proof: null },
  };
  const verdicts = judgeStage(empty, empty).map((gate) => gate.verdict);
  deepEqual([...new Set(verdicts)], ["no data", "skipped"]);
  equal(verdict("p95", {}, figures({ routes: {} })), "no data");
});

Deno.test("figures that can't be right close the gate", () => {
  const errors = (requests: number, count: number) =>
    verdict("error-rate", { counted: { requests, errors: count } });
  deepEqual([errors(100, -20), errors(-5, 0), errors(5, 6)], ["closed", "closed", "closed"]);
  const emails = (sent: number, failed: number) => verdict("email", { emails: { sent, failed } });
  deepEqual([emails(-1, 0), emails(3, -3)], ["closed", "closed"]);
  equal(verdict("connections", { connections: { used: -1, most: 60 } }), "closed");
});

Deno.test("a figure that is missing is no data, and not 0", () => {
  const figure = (name: string, value: number) => ({ name, value, labels: {} }) as never;
  const [used, most] = [figure("database_connections", 5), figure("database_connections_max", 60)];
  deepEqual(connectionsIn([used, most]), { used: 5, most: 60 });
  deepEqual([connectionsIn([most]), connectionsIn([used]), connectionsIn([])], [null, null, null]);
});

Deno.test("a stage without users, or without a figure of the database, shows nothing", () => {
  const of = (more: Partial<StageFigures>) => isBlind(judgeStage(figures(more), figures()));
  equal(of({}), false);
  equal(of({ webhooks: { sent: 0, arrived: 0 } }), false, "nobody has paid");
  equal(of({ counted: { requests: 0, errors: 0 } }), true);
  equal(of({ connections: null }), true);
});
