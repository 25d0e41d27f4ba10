import assert from "node:assert/strict";
import type { FeatureSetting } from "../contracts/database/results/operators.ts";
import { ApiError } from "../core/errors.ts";
import { bucketOf, createFeatureFlags, isOnFor } from "./feature-flags.ts";

const USER = "0b5d1a52-77a4-4b0c-9f0f-3f1f4f1d2a01";

function b2b(state: FeatureSetting["state"], percentage = 0): FeatureSetting {
  return { name: "b2b", state, percentage };
}

/** Makes flags with a clock and a database that the test controls. */
function world(first: FeatureSetting = b2b("on")) {
  const state = { setting: first, nowMs: 0, reads: 0, isUnavailable: false, warnings: 0 };
  const flags = createFeatureFlags({
    read: () => {
      state.reads += 1;
      const away = new ApiError("upstream_unavailable");
      return state.isUnavailable ? Promise.reject(away) : Promise.resolve([state.setting]);
    },
    nowMs: () => state.nowMs,
    log: (level) => {
      if (level === "warn") state.warnings += 1;
    },
  });
  return { state, isOn: () => flags.isOn("b2b", USER), flags };
}

Deno.test("a bucket is the same as in SQL (features/feature_flags.test.sql)", () => {
  assert.equal(bucketOf("b2c", USER), 5486);
  assert.equal(bucketOf("b2b", USER), 4820);
  assert.equal(bucketOf("b2b", "00000000-0000-0000-0000-000000000000"), 3598);
});

Deno.test("off includes no user, on includes all, a percentage includes the users below it", () => {
  assert.equal(isOnFor(b2b("off", 100), USER), false);
  assert.equal(isOnFor(b2b("on", 0), USER), true);
  const cases = [[0, false], [48.2, false], [48.21, true], [100, true]] as const;
  for (const [percentage, on] of cases) {
    assert.equal(isOnFor(b2b("percentage", percentage), USER), on, `${percentage} %`);
  }
});

Deno.test("a percentage ends exactly at its bucket, as in SQL, despite binary fractions", () => {
  for (let nr = 0; nr < 2_000; nr++) {
    const user = `00000000-0000-0000-0000-${String(nr).padStart(12, "0")}`;
    const bucket = bucketOf("b2b", user);
    assert.equal(isOnFor(b2b("percentage", bucket / 100), user), false, `at ${bucket / 100} %`);
    assert.equal(
      isOnFor(b2b("percentage", (bucket + 1) / 100), user),
      true,
      `past ${bucket} / 100`,
    );
  }
});

Deno.test("an anonymous caller is in no percentage", () => {
  assert.equal(isOnFor(b2b("percentage", 100), null), false);
  assert.equal(isOnFor(b2b("on"), null), true);
});

Deno.test("a user who is included stays included as the percentage grows", () => {
  const users: string[] = Array.from({ length: 500 }, () => crypto.randomUUID());
  let before = new Set<string>();
  for (let percentage = 0; percentage <= 100; percentage += 2.5) {
    const setting = b2b("percentage", percentage);
    const now = new Set(users.filter((user) => isOnFor(setting, user)));
    for (const user of before) assert(now.has(user), `${user} left at ${percentage} %`);
    before = now;
  }
  assert.equal(before.size, users.length);
});

Deno.test("a flag that the database does not know is off", async () => {
  const { flags } = world();
  assert.equal(await flags.isOn("b2c", USER), false);
});

Deno.test("flags are read once in five seconds, however many requests ask", async () => {
  const { state, isOn } = world();
  assert.deepEqual(await Promise.all([isOn(), isOn(), isOn()]), [true, true, true]);
  state.setting = b2b("off");
  state.nowMs = 4_999;
  assert.deepEqual([await isOn(), state.reads], [true, 1]);
  state.nowMs = 5_000;
  assert.deepEqual([await isOn(), state.reads], [false, 2]);
});

Deno.test("while the database is unavailable the last known flags hold", async () => {
  const { state, isOn } = world(b2b("off"));
  assert.equal(await isOn(), false);
  state.isUnavailable = true;
  state.setting = b2b("on");
  state.nowMs = 5_000;
  assert.deepEqual([await isOn(), await isOn()], [false, false]);
  assert.deepEqual([state.reads, state.warnings], [2, 1]);
  state.isUnavailable = false;
  state.nowMs = 10_000;
  assert.equal(await isOn(), true);
});

Deno.test("without known flags the database's error is thrown", async () => {
  const { state, isOn } = world();
  state.isUnavailable = true;
  await assert.rejects(isOn(), (error) => (error as ApiError).code === "upstream_unavailable");
  state.isUnavailable = false;
  assert.equal(await isOn(), true);
});
