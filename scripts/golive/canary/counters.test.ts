import { deepEqual, equal, ok } from "node:assert/strict";
import { bucketOf, BUCKETS } from "../../../supabase/functions/_shared/metrics/buckets.ts";
import { type Counted, countersIn, countOf, p95Of, type Series } from "./counters.ts";
import { since } from "./counts-between.ts";

const NONE: Counted = { requests: 0, errors: 0, routes: {}, emails: { sent: 0, failed: 0 } };

/** A histogram of `count` requests, each of which took `ms`. */
function histogram(count: number, ms: number): number[] {
  const buckets = new Array<number>(BUCKETS).fill(0);
  buckets[bucketOf(ms)] = count;
  return buckets;
}

const requests = (route: string, status: string, count: number, ms = 10): Series => ({
  ...{ name: "requests", labels: `route=${route},status=${status}`, count: String(count) },
  buckets: histogram(count, ms),
});

const emails = (outcome: string, count: number, channel = "email"): Series => ({
  name: "notifications",
  ...{ labels: `channel=${channel},outcome=${outcome}`, count: String(count), buckets: [] },
});

Deno.test("requests of users are counted by status, and those of operators are not", () => {
  const { requests: all, errors, routes } = countersIn([
    requests("GET /credits", "2xx", 90),
    requests("GET /credits", "5xx", 2),
    requests("GET /credits", "408", 1),
    requests("POST /checkout", "4xx", 8),
    requests("GET /health/ready", "5xx", 50),
    requests("POST /payment-runner", "5xx", 50),
  ]);
  deepEqual([all, errors], [101, 3]);
  deepEqual(Object.entries(routes).map(([route, buckets]) => [route, countOf(buckets)]), [
    ["GET /credits", 93],
    ["POST /checkout", 8],
  ]);
});

Deno.test("an email that the service did not take has failed, and a refused address has not", () => {
  const series = ["sent", "again", "not_asked", "unknown", "never"].map((name) => emails(name, 2));
  deepEqual(countersIn([...series, emails("again", 9, "webhook")]).emails, { sent: 2, failed: 6 });
});

Deno.test("a project without requests has counted none", () => {
  deepEqual(countersIn([]), NONE);
});

Deno.test("a stage counts from its start, and anew after a restore", () => {
  const before = countersIn([requests("GET /credits", "2xx", 100, 500), emails("sent", 3)]);
  const now = countersIn([
    ...[requests("GET /credits", "2xx", 100, 500), requests("GET /credits", "2xx", 40, 20)],
    ...[requests("POST /usage", "5xx", 2), emails("sent", 4), emails("again", 1)],
  ]);
  const stage = since(before, now);
  deepEqual([stage.requests, stage.errors, stage.emails], [42, 2, { sent: 1, failed: 1 }]);
  equal(countOf(stage.routes["GET /credits"]!), 40);
  equal(since(now, now).requests, 0);
  const restored: Counted = { ...NONE, requests: 10, errors: 1 };
  deepEqual(since(now, restored), restored);
});

Deno.test("the p95 of a stage does not see the requests before it", () => {
  const before = countersIn([requests("GET /credits", "2xx", 1000, 10)]);
  const now = countersIn([
    ...[requests("GET /credits", "2xx", 1000, 10), requests("GET /credits", "4xx", 40, 300)],
  ]);
  const p95 = p95Of(since(before, now).routes["GET /credits"]!);
  ok(p95 !== null && p95 > 300 / 1.073 && p95 < 300 * 1.073, String(p95));
  equal(p95Of(since(now, now).routes["GET /credits"]!), null);
});

Deno.test("a counter that is smaller than before is a new start, and hides no errors", () => {
  const before = countersIn([
    ...[requests("GET /credits", "2xx", 100), requests("POST /usage", "5xx", 30)],
  ]);
  const now = countersIn([
    ...[requests("GET /credits", "2xx", 140), requests("POST /usage", "5xx", 2)],
  ]);
  deepEqual(since(before, now), now, "more requests, and fewer errors");
  const fewer = countersIn([emails("sent", 3)]);
  deepEqual(since(countersIn([emails("sent", 5)]), fewer), fewer);
});
