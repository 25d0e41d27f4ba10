import assert from "node:assert/strict";
import { ApiError, isUnavailable } from "../../core/errors.ts";
import { CALL_TIMEOUT_MS, createDatabase, type Transport } from "./database.ts";
import { withFakeTime } from "#support/fakes/time.ts";
import { CONNECTION_LOST, DatabaseFailure, NOT_CONNECTED } from "./failures.ts";
import { UNTIL_STORED } from "./retries.ts";

/** A transport that fails with each code in turn and then answers. */
function failing(codes: readonly string[]): Transport & { attempts: number } {
  const transport = {
    attempts: 0,
    call: () => {
      const code = codes[transport.attempts];
      transport.attempts += 1;
      return code === undefined
        ? Promise.resolve({ ok: true })
        : Promise.reject(new DatabaseFailure({ code, message: "" }));
    },
    close: () => Promise.resolve(),
  };
  return transport;
}

async function refusalOf(promise: Promise<unknown>): Promise<ApiError> {
  try {
    await promise;
  } catch (error) {
    assert(error instanceof ApiError, String(error));
    return error;
  }
  throw new Error("it was not refused");
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    assert(error instanceof ApiError);
    return error.code;
  }
  return "none";
}

for (const code of ["40001", "40P01", "55P03"]) {
  Deno.test(`a transaction that ${code} rolled back is run again`, async () => {
    const transport = failing([code, code]);
    const answer = await createDatabase(transport).rpc("health_database", {});
    assert.deepEqual(answer, { ok: true });
    assert.equal(transport.attempts, 3);
  });
}

Deno.test("retries of a rolled-back transaction end with a retryable error", async () => {
  const transport = failing(Array(100).fill("40001"));
  const code = await codeOf(createDatabase(transport).rpc("health_database", {}));
  assert.equal(code, "upstream_unavailable");
  assert(transport.attempts <= 6, `${transport.attempts} attempts`);
});

Deno.test("a wait for a lock ends after 4 s, far below the timeout of a call", async () => {
  let nowMs = 0;
  let attempts = 0;
  const transport: Transport = {
    call: () => {
      attempts += 1;
      nowMs += 2_000; // The lock_timeout of the database functions, in ms.
      return Promise.reject(new DatabaseFailure({ code: "55P03", message: "" }));
    },
    close: () => Promise.resolve(),
  };
  const database = createDatabase(transport, () => nowMs);
  await assert.rejects(database.rpc("health_database", {}), (error: ApiError) => {
    assert.deepEqual([error.status, error.code], [503, "upstream_unavailable"]);
    assert.deepEqual([error.retryAfterSeconds, error.body.retryable], [1, true]);
    return true;
  });
  assert.deepEqual([attempts, nowMs], [2, 4_000]);
  assert(nowMs < CALL_TIMEOUT_MS);
});

const AWAY = [
  "57P01",
  "57P02",
  "57P03",
  "08006",
  "53300",
  "PGRST001",
  CONNECTION_LOST,
  NOT_CONNECTED,
];

for (const code of AWAY) {
  Deno.test(`a call that ended with ${code} is run again, while the database restarts`, async () => {
    await withFakeTime(async ({ advance }) => {
      const transport = failing(Array(5).fill(code));
      const answer = createDatabase(transport).rpc("health_database", {});
      await advance(2_500);
      assert.deepEqual(await answer, { ok: true });
    });
  });
}

Deno.test("an unavailable database is answered with 503 and Retry-After within three seconds", async () => {
  await withFakeTime(async ({ advance }) => {
    const transport = failing(Array(100).fill(NOT_CONNECTED));
    const answer = refusalOf(createDatabase(transport).rpc("health_database", {}));
    await advance(3_250);
    const error = await answer;
    assert.deepEqual([error.status, error.retryAfterSeconds], [503, 1]);
    assert(transport.attempts >= 5 && transport.attempts <= 10, `${transport.attempts} attempts`);
  });
});

for (const code of ["55P03", NOT_CONNECTED, "57014", "FARTHING_TIMED_OUT"]) {
  Deno.test(`a call that has to be stored outlasts 12 s of ${code}`, async () => {
    await withFakeTime(async ({ advance }) => {
      const codes = Array(100).fill(code);
      const transport = failing(codes);
      const answer = createDatabase(transport).rpc("health_database", {}, UNTIL_STORED);
      await advance(12_000);
      codes.length = 0;
      await advance(8_000);
      assert.deepEqual(await answer, { ok: true });
    });
  });

  Deno.test(`a call that has to be stored is given up after 15 s of ${code}`, async () => {
    await withFakeTime(async ({ advance }) => {
      const transport = failing(Array(100).fill(code));
      const answer = refusalOf(
        createDatabase(transport).rpc("health_database", {}, UNTIL_STORED),
      );
      await advance(21_000);
      assert(isUnavailable(await answer));
      assert(transport.attempts >= 7 && transport.attempts <= 21, `${transport.attempts} attempts`);
    });
  });
}

Deno.test("a refusal of a call that has to be stored is not retried", async () => {
  const transport = failing(["insufficient_credits"]);
  const answer = createDatabase(transport).rpc("health_database", {}, UNTIL_STORED);
  assert.equal(await codeOf(answer), "insufficient_credits");
  assert.equal(transport.attempts, 1);
});

Deno.test("calls to a database that is unavailable for long are not retried until it answers", async () => {
  await withFakeTime(async ({ advance }) => {
    const codes = Array(100).fill(NOT_CONNECTED);
    const transport = failing(codes);
    const database = createDatabase(transport);
    const first = refusalOf(database.rpc("health_database", {}));
    await advance(10_000);
    await first;
    const before = transport.attempts;
    assert.equal((await refusalOf(database.rpc("health_database", {}))).status, 503);
    assert.equal(transport.attempts, before + 1);
    codes.length = 0;
    assert.deepEqual(await database.rpc("health_database", {}), { ok: true });
    codes.length = transport.attempts;
    codes.push(NOT_CONNECTED, NOT_CONNECTED);
    const again = database.rpc("health_database", {});
    await advance(2_500);
    assert.deepEqual(await again, { ok: true });
  });
});

Deno.test("calls during a restart an hour after another restart are retried", async () => {
  await withFakeTime(async ({ advance }) => {
    const codes = Array(100).fill(NOT_CONNECTED);
    const transport = failing(codes);
    const database = createDatabase(transport);
    const first = refusalOf(database.rpc("health_database", {}));
    await advance(3_250);
    await first;
    await advance(3_600_000);
    codes.length = transport.attempts + 2;
    const second = database.rpc("health_database", {});
    await advance(2_500);
    assert.deepEqual(await second, { ok: true });
  });
});

Deno.test("a conflict after a lost answer is reported as the lost answer", async () => {
  for (
    const [lost, told] of [
      ["57P02", 503],
      ["PGRST001", 503],
      [CONNECTION_LOST, 503],
      [NOT_CONNECTED, 409],
      // Other codes of class 08 mean a lost connection. But with 08001 and 08004 no connection was
      // ever made, so the call was not carried out.
      ["08001", 409],
      ["08004", 409],
    ] as const
  ) {
    const transport = failing([lost, "idempotency_in_progress"]);
    const error = await refusalOf(createDatabase(transport).rpc("health_database", {}));
    assert.deepEqual([lost, error.status, error.retryAfterSeconds], [lost, told, 1]);
  }
});

Deno.test("a refusal after a lost answer is thrown unchanged", async () => {
  const transport = failing(["57P02", "insufficient_credits"]);
  assert.equal(
    await codeOf(createDatabase(transport).rpc("health_database", {})),
    "insufficient_credits",
  );
});

for (const code of ["23505", "insufficient_credits", "57014", "FARTHING_TIMED_OUT"]) {
  Deno.test(`a call that failed with ${code} is not run again`, async () => {
    const transport = failing([code]);
    assert.notEqual(await codeOf(createDatabase(transport).rpc("health_database", {})), "none");
    assert.equal(transport.attempts, 1);
  });
}
