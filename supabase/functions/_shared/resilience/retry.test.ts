import assert from "node:assert/strict";
import { type FakeTime, withFakeTime } from "#support/fakes/time.ts";
import { retry, type RetryPolicy } from "./retry.ts";

const POLICY: RetryPolicy = { retries: 3, firstDelayMs: 100, longestDelayMs: 200 };

class Busy extends Error {}

/** Makes a call that fails `times` times, and counts how often it was made. */
function failing(times: number) {
  const state = { calls: 0 };
  const call = () => {
    state.calls += 1;
    return state.calls <= times ? Promise.reject(new Busy()) : Promise.resolve("answer");
  };
  return { call, state };
}

const always = (policy: RetryPolicy) => () => policy;

async function endOf(call: Promise<unknown>, time: FakeTime): Promise<unknown> {
  const end = call.catch((error: unknown) => error);
  await time.advance(60_000);
  return await end;
}

/**
 * Asserts that each delay differs from the expected delay by at most half of the expected delay.
 */
function assertDelays(time: FakeTime, expected: readonly number[]): void {
  assert.equal(time.timers.length, expected.length, String(time.timers));
  time.timers.forEach((ms, nth) => {
    const middle = expected[nth]!;
    assert(ms >= middle / 2 && ms <= middle * 1.5, `delay ${nth} of ${ms} ms`);
  });
}

Deno.test("a call is retried as often as its policy allows, with growing delays", async () => {
  await withFakeTime(async (time) => {
    const { call, state } = failing(9);
    assert(await endOf(retry(call, { policyFor: always(POLICY) }), time) instanceof Busy);
    assert.equal(state.calls, 1 + POLICY.retries);
    assertDelays(time, [100, 200, 200]);
  });
});

Deno.test("a policy that starts at once doubles from the second retry on", async () => {
  await withFakeTime(async (time) => {
    const { call, state } = failing(3);
    const policyFor = always({ ...POLICY, startsAtOnce: true });
    assert.equal(await endOf(retry(call, { policyFor }), time), "answer");
    assert.equal(state.calls, 4);
    assertDelays(time, [0, 100, 200]);
  });
});

Deno.test("no retry begins later than the policy allows", async () => {
  await withFakeTime(async (time) => {
    const { call, state } = failing(9);
    const policyFor = always({ ...POLICY, retries: 9, withinMs: 1 });
    await endOf(retry(call, { policyFor }), time);
    assert.equal(state.calls, 2);
  });
});

Deno.test("an error without a policy is thrown at once", async () => {
  const { call, state } = failing(9);
  await assert.rejects(retry(call, { policyFor: () => undefined }), Busy);
  assert.equal(state.calls, 1);
});

Deno.test("a service with Retry-After is not called earlier", async () => {
  await withFakeTime(async (time) => {
    const { call } = failing(1);
    const retryAfterMs = () => 5_000;
    const answer = retry(call, { policyFor: always(POLICY), retryAfterMs });
    assert.equal(await endOf(answer, time), "answer");
    assert.deepEqual(time.timers, [5_000]);
  });
});

const ROOT = new URL("../../", import.meta.url);

/** Returns the source files in supabase/functions, except tests, that contain a match of `text`. */
async function filesWith(text: RegExp, folder = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (name === "node_modules") continue;
    if (isDirectory) found.push(...await filesWith(text, `${folder}${name}/`));
    else if (/(?<!\.test)\.ts$/.test(name)) {
      const source = await Deno.readTextFile(new URL(folder + name, ROOT));
      if (text.test(source)) found.push(folder + name);
    }
  }
  return found.sort();
}

Deno.test("retries are never nested: two places retry, and neither calls the other", async () => {
  assert.deepEqual(await filesWith(/from "cockatiel"/), [
    "_shared/resilience/resilience-policy.ts", // For cockatiel's circuit breaker.
    "_shared/resilience/retry.ts",
  ]);
  assert.deepEqual(await filesWith(/import \{[^}]*\bretry\b[^}]*\} from "[^"]*\/retry\.ts"/), [
    "_shared/adapters/database/retries.ts",
    "_shared/resilience/resilience-policy.ts",
  ]);
  assert.deepEqual(await filesWith(/import \{[^}]*\bcreateRetry\b[^}]*\} from/), [
    "_shared/adapters/database/database.ts",
  ]);
  // The database adapter creates no resilience policy, and files that create such a policy do not
  // call the database. So no retry loop runs inside another one.
  const withPolicy = await filesWith(/import \{[^}]*\bcreateResiliencePolicy\b[^}]*\} from/);
  assert.deepEqual(withPolicy.filter((file) => file.includes("/database/")), []);
  assert(withPolicy.length >= 6, String(withPolicy));
  for (const file of withPolicy) {
    assert.doesNotMatch(
      await Deno.readTextFile(new URL(file, ROOT)),
      /database\.rpc|createDatabase/,
    );
  }
});
