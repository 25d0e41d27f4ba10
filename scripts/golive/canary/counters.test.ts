import { deepEqual } from "node:assert/strict";
import { countersIn, since } from "./counters.ts";

const line = (route: string, status: string, value: number) =>
  `farthing_requests_total{route="${route}",status="${status}"} ${value}`;

Deno.test("requests of users are counted by status, and those of operators are not", () => {
  const text = [
    "# TYPE farthing_requests_total counter",
    line("GET /credits", "2xx", 90),
    line("GET /credits", "5xx", 2),
    line("POST /checkout", "4xx", 8),
    line("GET /health/ready", "5xx", 50),
    line("POST /payment-runner", "5xx", 50),
  ].join("\n");
  deepEqual(countersIn(text), { requests: 100, errors: 2 });
});

Deno.test("a project without requests has counted none", () => {
  deepEqual(countersIn(""), { requests: 0, errors: 0 });
});

Deno.test("a stage counts from its start, and anew after a restore", () => {
  const before = { requests: 100, errors: 5 };
  deepEqual(since(before, { requests: 130, errors: 6 }), { requests: 30, errors: 1 });
  deepEqual(since(before, before), { requests: 0, errors: 0 });
  deepEqual(since(before, { requests: 10, errors: 1 }), { requests: 10, errors: 1 });
});
