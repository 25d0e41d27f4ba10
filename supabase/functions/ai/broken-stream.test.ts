import assert from "node:assert/strict";
import type { Ai, AiPiece } from "../_shared/adapters/ai/ai.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { makeFake } from "#support/fakes/services.ts";
import { ledModel } from "#support/fakes/led-model.ts";
import {
  argsOf,
  eventsOf,
  parseEvents,
  postStreamed,
  PROMPT_TOKENS,
  settled,
} from "#support/samples/streamed-chat.ts";

Deno.test("a provider's failure before the first piece keeps its status and costs nothing", async () => {
  const error = new ApiError("upstream_unavailable", { status: 502 });
  const provider = ledModel();
  provider.fail(error);
  const failing: Partial<Ai>[] = [{ stream: () => Promise.reject(error) }, provider.ai];
  for (const ai of failing) {
    const fake = await makeFake({ ai });
    const answer = await postStreamed(fake);
    assert.equal(answer.status, 502);
    assert.equal((await answer.json()).error.code, "upstream_unavailable");
    const names = fake.names().filter((name) => name !== "chats_record");
    assert.deepEqual(names, ["chats_begin", "chats_release"]);
  }
});

Deno.test("T28: a provider that fails within a stream costs the most it can bill", async () => {
  const provider = ledModel();
  const fake = await makeFake({ ai: provider.ai });
  provider.say("two words");
  provider.fail(new ApiError("request_timeout", { internal: "ai: no answer in time" }));
  const events = await eventsOf(await postStreamed(fake));
  assert.deepEqual(events.map(({ name }) => name), ["delta", "error"]);
  const { error, ...charged } = events[1]!.data;
  assert.equal(error?.code, "request_timeout");
  assert.deepEqual(charged.usage, { input_tokens: PROMPT_TOKENS, output_tokens: 2 });
  assert.equal(charged.finish_reason, "error");
  await settled(fake);
  assert.equal(argsOf(fake, "chats_settle").length, 1);
  const log = argsOf(fake, "chats_settle")[0]!.p_log as { error_code: string };
  assert.equal(log.error_code, "request_timeout");
  assert(fake.lines.some(({ level, message }) => level === "warn" && message === "chat broke off"));
});

Deno.test("an unexpected error reveals nothing to the caller", async () => {
  const provider = ledModel();
  const fake = await makeFake({ ai: provider.ai });
  provider.say("word");
  provider.fail(new Error("secret detail of sk_test_123456"));
  const text = await (await postStreamed(fake)).text();
  assert.equal(parseEvents(text).at(-1)?.data.error?.code, "internal");
  assert(!text.includes("detail"), text);
});

Deno.test("T28: a stream without its last piece costs the most that can be billed", async () => {
  async function* pieces(): AsyncGenerator<AiPiece> {
    yield await Promise.resolve({ kind: "delta", text: "two words" });
  }
  const fake = await makeFake({ ai: { stream: () => Promise.resolve(pieces()) } });
  const events = await eventsOf(await postStreamed(fake));
  assert.deepEqual(events.map(({ name, data }) => [name, data.error?.code]), [
    ["delta", undefined],
    ["error", "upstream_unavailable"],
  ]);
  await settled(fake);
  const [settle] = argsOf(fake, "chats_settle");
  assert.deepEqual([settle?.p_usage, settle?.p_output_tokens], [null, 2]);
});
