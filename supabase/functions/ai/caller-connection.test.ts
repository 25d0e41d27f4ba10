import assert from "node:assert/strict";
import { ApiError } from "../_shared/core/errors.ts";
import { withFakeTime } from "#support/fakes/time.ts";
import { openConnection } from "./caller-connection.ts";

Deno.test("T28: a provider's stream ends after the timeout that begins when its caller leaves", async () => {
  await withFakeTime(async ({ advance }) => {
    const connection = openConnection(1_000);
    await advance(5_000);
    assert.deepEqual([connection.hasLeft, connection.stop.aborted], [false, false]);
    connection.leave();
    await advance(600);
    connection.leave();
    await advance(399);
    assert.deepEqual([connection.hasLeft, connection.stop.aborted], [true, false]);
    await advance(1);
    assert(connection.stop.reason instanceof ApiError);
    assert.equal(connection.stop.reason.code, "request_timeout");
  });
});

Deno.test("after a connection has ended, leaving has no effect and no timer runs", async () => {
  await withFakeTime(({ timers }) => {
    const connection = openConnection(1_000);
    connection.end();
    connection.leave();
    assert.deepEqual([connection.hasLeft, timers.length], [false, 0]);
    return Promise.resolve();
  });
});
