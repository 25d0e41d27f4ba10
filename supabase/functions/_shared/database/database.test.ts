import assert from "node:assert/strict";
import { ApiError } from "../http/errors.ts";
import { CALL_TIMEOUT_MS, createDatabase, type Transport } from "./database.ts";
import { DatabaseFailure } from "./failures.ts";

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

Deno.test("running again ends, and is then worth a retry of the caller's", async () => {
  const transport = failing(Array(100).fill("40001"));
  const code = await codeOf(createDatabase(transport).rpc("health_database", {}));
  assert.equal(code, "upstream_unavailable");
  assert(transport.attempts <= 6, `${transport.attempts} attempts`);
});

Deno.test("a lock that stays taken is given up after 4 s, far below a call's time-out", async () => {
  let nowMs = 0;
  let attempts = 0;
  const transport: Transport = {
    call: () => {
      attempts += 1;
      nowMs += 2_000; // the lock_timeout of the database functions
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

for (const code of ["57P01", "23505", "insufficient_credits", "57014", "FARTHING_TIMED_OUT"]) {
  Deno.test(`a call that failed with ${code} is not run again`, async () => {
    const transport = failing([code]);
    assert.notEqual(await codeOf(createDatabase(transport).rpc("health_database", {})), "none");
    assert.equal(transport.attempts, 1);
  });
}
