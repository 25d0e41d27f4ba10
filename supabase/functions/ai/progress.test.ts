import assert from "node:assert/strict";
import { ApiError } from "../_shared/core/errors.ts";
import { makeFake } from "#support/fakes/services.ts";
import { withFakeTime } from "#support/fakes/time.ts";
import { ledModel } from "#support/fakes/led-model.ts";
import { argsOf, postStreamed } from "#support/samples/streamed-chat.ts";
import { keepAlive } from "./progress.ts";

Deno.test("heartbeats continue after a failed one, until they are stopped", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let beats = 0;
  const stop = keepAlive(() => {
    if (++beats === 3) resolve();
    return Promise.reject(new Error("the database is unavailable"));
  }, 1);
  await promise;
  stop();
  const counted = beats;
  await new Promise((next) => setTimeout(next, 5));
  assert.equal(beats, counted);
});

Deno.test("a chat whose provider fails before the first piece sends no more heartbeats", async () => {
  const provider = ledModel();
  provider.fail(new ApiError("upstream_unavailable", { status: 502 }));
  const fake = await makeFake({ ai: provider.ai });
  await withFakeTime(async ({ advance }) => {
    await (await postStreamed(fake)).text();
    await advance(70_000);
    assert.deepEqual(argsOf(fake, "chats_record").map(({ p_output_tokens }) => p_output_tokens), [
      0,
    ]);
  });
});
