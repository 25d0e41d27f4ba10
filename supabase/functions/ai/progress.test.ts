import assert from "node:assert/strict";
import { ApiError } from "../_shared/core/errors.ts";
import { makeFake } from "#support/fakes/services.ts";
import { withFakeTime } from "#support/fakes/time.ts";
import { ledModel } from "#support/fakes/led-model.ts";
import { argsOf, postStreamed } from "#support/samples/streamed-chat.ts";

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
