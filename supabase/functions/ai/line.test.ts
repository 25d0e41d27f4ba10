import assert from "node:assert/strict";
import { ApiError } from "../_shared/core/errors.ts";
import { withFakeTime } from "#support/fakes/time.ts";
import { openLine } from "./line.ts";

Deno.test("T28: a provider's stream ends a grace period after its caller left, not sooner", async () => {
  await withFakeTime(async ({ advance }) => {
    const line = openLine(1_000);
    await advance(5_000);
    assert.deepEqual([line.hasLeft, line.stop.aborted], [false, false]);
    line.leave();
    await advance(600);
    line.leave();
    await advance(399);
    assert.deepEqual([line.hasLeft, line.stop.aborted], [true, false]);
    await advance(1);
    assert(line.stop.reason instanceof ApiError);
    assert.equal(line.stop.reason.code, "request_timeout");
  });
});

Deno.test("a line that has ended is not left any more, and waits for nothing", async () => {
  await withFakeTime(({ timers }) => {
    const line = openLine(1_000);
    line.end();
    line.leave();
    assert.deepEqual([line.hasLeft, timers.length], [false, 0]);
    return Promise.resolve();
  });
});
