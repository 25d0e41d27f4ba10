import assert from "node:assert/strict";
import type { Rule } from "./rate-limit-rules.ts";
import { freeAtMs, usedOf, type Windows } from "./sliding-window.ts";

const rule: Rule = {
  name: "r",
  countedBy: "user",
  quota: 10,
  windowSeconds: 60,
  code: "rate_limited",
};

/**
 * Returns the first moment after `nowMs` at which a request is allowed, by checking each
 * millisecond.
 */
function lookFor(windows: Windows, nowMs: number): number {
  for (let ms = nowMs + 1;; ms++) {
    const isNext = Math.floor(ms / 60_000) > Math.floor(nowMs / 60_000);
    const seen = isNext ? { current: 0, previous: windows.current } : windows;
    if (usedOf(rule, seen, ms) < rule.quota) return ms;
  }
}

Deno.test("the next request is allowed at the reported moment, and not before", () => {
  for (const current of [0, 1, 5, 9, 10, 12]) {
    for (const previous of [1, 9, 10, 11, 20]) {
      for (const nowMs of [0, 1, 20_000, 59_999]) {
        const windows = { current, previous };
        if (usedOf(rule, windows, nowMs) < rule.quota) continue;
        const [said, found] = [freeAtMs(rule, windows, nowMs), lookFor(windows, nowMs)];
        assert(
          said - found >= 0 && said - found <= 2,
          `${said} ${found} ${JSON.stringify(windows)}`,
        );
      }
    }
  }
});

Deno.test("after a used-up window requests are allowed when the next begins, one by one", () => {
  assert.equal(freeAtMs(rule, { current: 10, previous: 0 }, 5_000), 60_001);
  assert.equal(freeAtMs(rule, { current: 1, previous: 10 }, 60_002), 66_001);
});

Deno.test("counts below the quota are no reason to wait", () => {
  assert.equal(freeAtMs(rule, { current: 0, previous: 0 }, 5_000), 5_001);
});
