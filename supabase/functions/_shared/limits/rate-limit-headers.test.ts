import assert from "node:assert/strict";
import type { RuleCount } from "./limit-outcome.ts";
import { decisive, headersOf, secondsToGo } from "./rate-limit-headers.ts";
import type { Rule } from "./rate-limit-rules.ts";

function count(name: string, more: Partial<RuleCount>): RuleCount {
  const rule: Rule = {
    name,
    countedBy: "user",
    quota: 10,
    windowSeconds: 60,
    code: "rate_limited",
  };
  return { rule, isAllowed: true, remaining: 5, resetMs: 60_000, ...more };
}

Deno.test("of rules that refuse, the longest refusal decides", () => {
  const counts = [
    count("nearly", { remaining: 0, resetMs: 90_000 }),
    count("minute", { isAllowed: false, remaining: 0 }),
    count("hour", { isAllowed: false, remaining: 0, resetMs: 3_600_000 }),
    count("another", { isAllowed: false, remaining: 0 }),
  ];
  for (const each of [counts, counts.toReversed()]) {
    assert.equal(decisive(each).rule.name, "hour");
  }
});

Deno.test("of rules that allow, a soft one decides, else the next to refuse", () => {
  const route = count("route", { remaining: 4 });
  const user = count("user", { remaining: 5 });
  const sum = count("sum", {
    remaining: 11_000,
    rule: { ...count("sum", {}).rule, quota: 60_000 },
  });
  const softer = count("softer", { remaining: 2 });
  for (
    const [counts, name] of [
      [[user, route], "route"],
      [[user, route, sum], "sum"],
      [[user, route, sum, softer], "softer"],
    ] as const
  ) {
    for (const each of [counts, counts.toReversed()]) {
      assert.equal(decisive(each).rule.name, name);
    }
  }
});

Deno.test("of rules with equally many requests left, the first one decides", () => {
  const alike = ["one", "two", "three"].map((name) => count(name, {}));
  assert.equal(decisive(alike).rule.name, "one");
});

Deno.test("Retry-After is at least one second", () => {
  const over = count("minute", { isAllowed: false, remaining: 0, resetMs: 60_000 });
  assert.deepEqual([59_001, 59_000, 58_999, 60_000, 60_001].map((ms) => secondsToGo(over, ms)), [
    ...[1, 1, 2, 1, 1],
  ]);
  assert.deepEqual(headersOf(over, 60_000).at(-1), ["ratelimit", `"minute";r=0;t=1`]);
});
