import assert from "node:assert/strict";
import type { Caller } from "../core/caller.ts";
import { countedFor, type LimitedRequest, type LimitName, RULES } from "./rate-limit-rules.ts";

const USER: Caller = { kind: "user", userId: "user-1", isOperator: false, hasSecondFactor: false };
const BACK_END: Caller = { kind: "secret", name: "default" };
const SHARED: Caller = { kind: "shared" };
const STRANGERS: (Caller | null)[] = [null, { kind: "none" }];
const LIMITS = [...RULES.keys()].filter((limit) => limit !== "none");

function ids(
  caller: Caller | null,
  limit: LimitName,
  more: Partial<LimitedRequest> = {},
): string[] {
  return countedFor({ limit, caller, key: "publishable", ipHash: undefined, ...more })
    .map(({ rule, id }) => `${rule.name} ${id}`);
}

Deno.test("a user's request is counted by five rules: everybody, key, address, user and route", () => {
  assert.deepEqual(ids(USER, "jobs", { ipHash: "a1" }), [
    "everybody all",
    "key publishable",
    "address a1",
    "default user-1",
    "jobs user-1",
  ]);
});

Deno.test("a back end's request counts by its key, and by no address", () => {
  const [key, none] = [{ key: "default", ipHash: "a1" }, { key: null, ipHash: "a1" }];
  const usage = ["everybody all", "key default", "usage key default"];
  assert.deepEqual(ids(BACK_END, "usage", key), usage);
  assert.deepEqual(ids(BACK_END, "jobs", key), ["everybody all", "key default"]);
  const notifications = ["everybody all", "key none", "notifications shared"];
  assert.deepEqual(ids(SHARED, "notifications", none), notifications);
});

Deno.test("new purchases count for velocity rules, by user and address", () => {
  for (const limit of ["checkout", "top-ups", "bookings"] as const) {
    const counted = ids(USER, limit, { ipHash: "a1" });
    assert.deepEqual(counted.slice(-2), ["attempts user-1", "attempts-of-address a1"]);
  }
  assert(!ids(USER, "providers").some((id) => id.startsWith("attempts")));
  // The velocity rules do not count requests with a wrong credential. Otherwise 240 attempts would
  // block the purchases of a whole network for an hour.
  for (const stranger of STRANGERS) {
    assert.deepEqual(ids(stranger, "checkout", { ipHash: "a1" }), ["strangers all", "address a1"]);
  }
});

Deno.test("anonymous callers use up only their own quota", () => {
  for (const limit of LIMITS) {
    for (const stranger of STRANGERS) {
      for (const key of ["publishable", null]) {
        assert.deepEqual(ids(stranger, limit, { key }), ["strangers all"], limit);
      }
      assert.equal(ids(stranger, limit, { ipHash: "a1" }).at(1), "address a1");
    }
    const known = [USER, BACK_END, SHARED].flatMap((caller) => ids(caller, limit));
    assert(!known.includes("strangers all"));
  }
});

Deno.test("an unlimited route has no rule, and every other limit has some", () => {
  assert.deepEqual(ids(USER, "none"), []);
  for (const limit of LIMITS) assert(ids(USER, limit).length >= 3, limit);
});
