import assert from "node:assert/strict";
import { withinRequest } from "../core/current-request.ts";
import { startContext } from "../core/start-request.ts";
import { countedMetrics } from "#support/fakes/counted-metrics.ts";
import { type FakeTime, withFakeTime } from "#support/fakes/time.ts";
import { createResiliencePolicy, type ResiliencePolicy } from "./resilience-policy.ts";
import { EXTERNAL_SERVICES, type ServiceName } from "./external-services.ts";

const { timeoutMs, breakAfter, halfOpenAfterMs, longestDelayMs, retries } =
  EXTERNAL_SERVICES.stripe;

class Down extends Error {}

class Busy extends Error {
  constructor(readonly afterMs: number) {
    super("busy");
  }
}

class Refused extends Error {}

interface World {
  readonly policy: ResiliencePolicy;
  readonly counts: Record<string, number>;
  readonly flush: () => void;
  readonly time: FakeTime;
}

async function withPolicy(test: (world: World) => Promise<void>): Promise<void> {
  await withFakeTime(async (time) => {
    const metrics = countedMetrics();
    const policy = createResiliencePolicy("stripe", {
      isOutage: (error) => error instanceof Down,
      isTransient: (error) => error instanceof Down || error instanceof Busy,
      retryAfterMs: (error) => error instanceof Busy ? error.afterMs : undefined,
      metrics,
    });
    await test({ policy, counts: metrics.counts, flush: metrics.flush, time });
  });
}

/** Makes a service that fails with each error in turn and then answers. */
function failing(errors: readonly Error[]) {
  const service = {
    asked: 0,
    run: () => {
      const error = errors[service.asked];
      service.asked += 1;
      return error === undefined ? Promise.resolve("answer") : Promise.reject(error);
    },
  };
  return service;
}

const hang = () => new Promise<never>(() => {});

/** Returns the result of a call after `ms` milliseconds: its value, its error or "still going". */
async function endOf(call: Promise<unknown>, time: FakeTime, ms = 60_000): Promise<unknown> {
  const end = call.catch((error: unknown) => error);
  await time.advance(ms);
  return await Promise.race([end, Promise.resolve("still going")]);
}

async function breakIt({ policy, time }: World): Promise<void> {
  const down = failing(Array(100).fill(new Down()));
  for (let call = 0; call < 100 && policy.state() === "closed"; call++) {
    await endOf(policy.execute(down.run), time, 5_000);
  }
  assert.equal(down.asked, breakAfter);
}

Deno.test("a failing service is asked again at most twice, with growing delays", async () => {
  await withPolicy(async ({ policy, time, counts }) => {
    const service = failing([new Down(), new Down()]);
    assert.equal(await endOf(policy.execute(service.run), time), "answer");
    const waits = time.timers.filter((ms) => ms !== timeoutMs);
    assert.equal(waits.length, retries);
    waits.forEach((ms, index) => {
      const middle = EXTERNAL_SERVICES.stripe.firstDelayMs * 2 ** index;
      assert(ms >= middle / 2 && ms < middle * 1.5, `waited ${ms}`);
    });
    const gone = failing(Array(9).fill(new Down()));
    assert(await endOf(policy.execute(gone.run), time) instanceof Down);
    assert.equal(gone.asked, 3);
    assert.deepEqual(counts, {
      "outside_calls stripe ok": 1,
      "outside_calls stripe failed": 5,
      "outside_call stripe": 6,
    });
  });
});

Deno.test("a refusal is not retried and does not open the breaker", async () => {
  await withPolicy(async ({ policy, time, counts }) => {
    for (let call = 0; call < 2 * breakAfter; call++) {
      const service = failing([new Refused()]);
      assert(await endOf(policy.execute(service.run), time) instanceof Refused);
      assert.equal(service.asked, 1);
    }
    assert.equal(policy.state(), "closed");
    assert.equal(counts["outside_calls stripe rejected"], 2 * breakAfter);
  });
});

Deno.test("a service with Retry-After is asked again at that time and not before", async () => {
  await withPolicy(async ({ policy, time }) => {
    const service = failing([new Busy(3_000)]);
    const call = policy.execute(service.run);
    assert.equal(await endOf(call, time, 2_999), "still going");
    assert.equal(service.asked, 1);
    assert.equal(await endOf(call, time, 1), "answer");
  });
});

Deno.test("a service with a long Retry-After is not asked again", async () => {
  await withPolicy(async ({ policy, time }) => {
    const service = failing([new Busy(longestDelayMs + 1)]);
    assert(await endOf(policy.execute(service.run), time) instanceof Busy);
    assert.equal(service.asked, 1);
  });
});

Deno.test("a hanging service is aborted after its timeout and not asked again", async () => {
  await withPolicy(async ({ policy, time, counts }) => {
    let asked = 0;
    let given: AbortSignal | undefined;
    const call = policy.execute((signal) => {
      asked += 1;
      given = signal;
      return hang();
    });
    assert.equal(await endOf(call, time, timeoutMs - 1), "still going");
    assert.equal(given?.aborted, false);
    const error = await endOf(call, time, 1) as { code: string; status: number };
    assert.deepEqual([error.code, error.status], ["upstream_unavailable", 503]);
    assert.deepEqual([asked, given?.aborted], [1, true]);
    assert.equal(counts["outside_calls stripe timeout"], 1);
  });
});

Deno.test("a timeout is not retried even if every error is transient", async () => {
  await withFakeTime(async (time) => {
    const metrics = countedMetrics();
    const policy = createResiliencePolicy("jwks", {
      isOutage: () => true,
      isTransient: () => true,
      metrics,
    });
    let asked = 0;
    const call = policy.execute(() => {
      asked += 1;
      return hang();
    });
    assert.equal((await endOf(call, time) as { code: string }).code, "upstream_unavailable");
    assert.equal(asked, 1);
  });
});

for (const service of Object.keys(EXTERNAL_SERVICES) as ServiceName[]) {
  Deno.test(`timeouts alone open the breaker of ${service}, which then refuses`, async () => {
    await withFakeTime(async (time) => {
      const policy = createResiliencePolicy(service, {
        isOutage: () => false,
        metrics: countedMetrics(),
      });
      for (let call = 1; call <= EXTERNAL_SERVICES[service].breakAfter; call++) {
        assert.equal(policy.state(), "closed", `before call ${call}`);
        await endOf(policy.execute(hang), time, EXTERNAL_SERVICES[service].timeoutMs);
      }
      assert.equal(policy.state(), "open");
      const late = failing([]);
      const error = await endOf(policy.execute(late.run), time, 0) as { code: string };
      assert.deepEqual([error.code, late.asked], ["upstream_unavailable", 0]);
    });
  });
}

Deno.test("a request past its deadline gets 408, which is no outage", async () => {
  await withPolicy(async ({ policy, time }) => {
    for (let call = 0; call < 2 * breakAfter; call++) {
      const context = startContext(new Headers());
      context.deadlineMs = performance.now() + 1_000;
      const asking = withinRequest(context, () => policy.execute(hang));
      assert.equal(await endOf(asking, time, 999), "still going");
      assert.equal((await endOf(asking, time, 1) as { code: string }).code, "request_timeout");
      const late = failing([]);
      const asked = withinRequest(context, () => policy.execute(late.run));
      assert.equal((await endOf(asked, time, 0) as { code: string }).code, "request_timeout");
      assert.equal(late.asked, 0);
    }
    assert.equal(policy.state(), "closed");
  });
});

Deno.test("no retry begins after the request's time is spent", async () => {
  await withPolicy(async ({ policy, time }) => {
    const context = startContext(new Headers());
    context.deadlineMs = performance.now() + 2_000;
    const service = failing([new Busy(3_000)]);
    const call = withinRequest(context, () => policy.execute(service.run));
    assert(await endOf(call, time, 0) instanceof Busy);
    assert.equal(service.asked, 1);
  });
});

Deno.test("an open breaker refuses calls with Retry-After", async () => {
  await withPolicy(async (world) => {
    await breakIt(world);
    const { policy, counts, flush, time } = world;
    const service = failing([]);
    const error = await endOf(policy.execute(service.run), time, 0) as Record<string, unknown>;
    assert.deepEqual([error.code, error.status], ["upstream_unavailable", 503]);
    const seconds = error.retryAfterSeconds as number;
    assert(seconds >= 1 && seconds <= halfOpenAfterMs / 1000, `${seconds}`);
    assert.equal(service.asked, 0);
    flush();
    assert.equal(counts["breaker_not_closed stripe open"], 1);
    assert(counts["outside_calls stripe refused"]! >= 1);
  });
});

Deno.test("a half-open breaker allows one call, whose success closes the breaker", async () => {
  await withPolicy(async (world) => {
    await breakIt(world);
    const { policy, counts, flush, time } = world;
    await time.advance(halfOpenAfterMs);
    assert.equal(policy.state(), "half_open");
    flush();
    assert.equal(counts["breaker_not_closed stripe half_open"], 1);
    const { promise, resolve } = Promise.withResolvers<string>();
    const trial = policy.execute(() => promise);
    const other = failing([]);
    const refused = await endOf(policy.execute(other.run), time, 0) as { status: number };
    assert.deepEqual([refused.status, other.asked], [503, 0]);
    assert.equal((refused as { retryAfterSeconds?: number }).retryAfterSeconds, 1);
    resolve("back");
    assert.equal(await endOf(trial, time, 0), "back");
    assert.equal(policy.state(), "closed");
    flush();
    assert.equal(counts["breaker_not_closed stripe half_open"], 1);
  });
});

for (const [name, how] of [["fails", "down"], ["is left by its caller", "left"]] as const) {
  Deno.test(`a trial that ${name} leaves the breaker open`, async () => {
    await withPolicy(async (world) => {
      await breakIt(world);
      const { policy, time } = world;
      await time.advance(halfOpenAfterMs);
      const leaving = new AbortController();
      const trial = policy.execute(
        how === "down" ? () => Promise.reject(new Down()) : hang,
        { signal: leaving.signal },
      );
      const reason = new Error("gone");
      if (how === "left") leaving.abort(reason);
      const end = await endOf(trial, time, 0);
      assert(how === "left" ? end === reason : end instanceof Down);
      assert.equal(policy.state(), "open");
    });
  });
}

Deno.test("an aborted call ends with its retries and does not open the breaker", async () => {
  await withPolicy(async ({ policy, time, counts }) => {
    for (let call = 0; call < 2 * breakAfter; call++) {
      const leaving = new AbortController();
      const asking = policy.execute(hang, { signal: leaving.signal });
      const reason = new Error("gone");
      leaving.abort(reason);
      assert.equal(await endOf(asking, time, 0), reason);
    }
    const leaving = new AbortController();
    const service = failing([new Down()]);
    const asking = policy.execute(service.run, { signal: leaving.signal });
    await time.advance(0);
    leaving.abort(new Error("gone"));
    assert.equal((await endOf(asking, time) as Error).message, "gone");
    assert.equal(service.asked, 1);
    assert.equal(policy.state(), "closed");
    assert.deepEqual(counts, { "outside_call stripe": 1, "outside_calls stripe failed": 1 });
  });
});
