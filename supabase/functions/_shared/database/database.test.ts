import assert from "node:assert/strict";
import { ApiError } from "../http/errors.ts";
import { createDatabase, type Transport } from "./database.ts";
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

for (const code of ["57P01", "23505", "insufficient_credits", "57014", "FARTHING_TIMED_OUT"]) {
  Deno.test(`a call that failed with ${code} is not run again`, async () => {
    const transport = failing([code]);
    assert.notEqual(await codeOf(createDatabase(transport).rpc("health_database", {})), "none");
    assert.equal(transport.attempts, 1);
  });
}
