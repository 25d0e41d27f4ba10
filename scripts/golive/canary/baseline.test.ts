import { deepEqual, equal } from "node:assert/strict";
import { judgeBaseline, tooSlow } from "./baseline.ts";

const usage = (p95Ms: number, requests = 20) => ({ "POST /usage": { requests, p95Ms } });

Deno.test("a baseline above the objective fails a launch, and elsewhere it is a warning", () => {
  equal(judgeBaseline(usage(120), true).state, "ok");
  equal(judgeBaseline(usage(121), true).state, "failed");
  equal(judgeBaseline(usage(121), false).state, "warning", "no launch");
  equal(judgeBaseline({}, true).state, "warning", "no data");
});

Deno.test("only routes of the objective with enough requests are judged", () => {
  deepEqual(tooSlow(usage(900, 19)), []);
  deepEqual(tooSlow({ "POST /checkout": { requests: 50, p95Ms: 900 } }), []);
  deepEqual(tooSlow(usage(900)), ["POST /usage"]);
});
