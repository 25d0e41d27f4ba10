import assert from "node:assert/strict";
import type { Ai } from "../_shared/adapters/ai/ai.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { CHAT_HOLD_ID } from "#support/samples/chats.ts";
import { type Fake, makeFake } from "#support/fakes/services.ts";
import { ledModel } from "#support/fakes/led-model.ts";
import { headersOf, send } from "#support/cases/routes.ts";
import {
  argsOf,
  eventsOf,
  postStreamed,
  settled,
  STREAMED,
} from "#support/samples/streamed-chat.ts";
import { until } from "#support/until.ts";
import { watchLifetime } from "../_shared/core/isolate.ts";
import { createApp } from "./app.ts";

const USAGE = { input_tokens: 9, output_tokens: 7, reasoning_tokens: 300 };
const LEAVING: readonly [string, number][] = [["first", 1], ["middle", 3], ["last", 5]];

/**
 * Stubs chats whose stream is read for `abandoned_stream_timeout_ms` after the caller has
 * disconnected.
 */
const stubChats = (abandoned_stream_timeout_ms: number) => ({
  chats_begin: () => ({
    step: "call" as const,
    hold_id: CHAT_HOLD_ID,
    held: "62",
    abandoned_stream_timeout_ms,
  }),
});

for (const [name, count] of LEAVING) {
  Deno.test(`T28: a stream whose caller leaves at its ${name} token is read on and charged`, async () => {
    const provider = ledModel();
    const fake = await makeFake({ ai: provider.ai });
    provider.say("word");
    const reader = (await postStreamed(fake)).body!.getReader();
    for (let read = 1; read < count; read++) {
      await reader.read();
      provider.say(" word");
    }
    await reader.read();
    await reader.cancel();
    assert(!provider.isLeft(), "the provider goes on");
    provider.say(" more");
    provider.end(USAGE);
    await settled(fake);
    const [settle, ...more] = argsOf(fake, "chats_settle");
    assert.equal(more.length, 0);
    assert.deepEqual(settle?.p_usage, USAGE);
    assert.deepEqual(settle?.p_answer, {
      message: { role: "assistant", content: "word".concat(" word".repeat(count - 1), " more") },
      finish_reason: "stop",
    });
    assert.equal((settle?.p_log as { error_code: string }).error_code, "aborted");
    assert(!fake.names().includes("chats_release"));
  });
}

Deno.test("T28: a stream whose caller left ends after the timeout, at its highest cost", async () => {
  const provider = ledModel();
  const fake = await makeFake({ ai: provider.ai, answers: stubChats(5) });
  provider.say("two words");
  const reader = (await postStreamed(fake)).body!.getReader();
  await reader.read();
  await reader.cancel();
  await settled(fake);
  assert(provider.isLeft());
  const [settle, ...more] = argsOf(fake, "chats_settle");
  assert.deepEqual([settle?.p_usage, settle?.p_output_tokens, more], [null, 2, []]);
  assert.equal((settle?.p_answer as { finish_reason: string }).finish_reason, "aborted");
});

Deno.test("T28: a caller who leaves while a piece is recorded pays the whole usage", async () => {
  const provider = ledModel();
  const recording = Promise.withResolvers<void>();
  const isRecording = Promise.withResolvers<void>();
  const chats_record = async (
    { p_output_tokens }: { p_output_tokens?: number | null | undefined },
  ) => {
    if (p_output_tokens === 100) {
      isRecording.resolve();
      await recording.promise;
    }
    return { status: "open" as const };
  };
  const fake = await makeFake({ ai: provider.ai, answers: { chats_record } });
  provider.say("word");
  const reader = (await postStreamed(fake)).body!.getReader();
  await reader.read();
  provider.say(" word".repeat(99));
  await isRecording.promise;
  await reader.cancel();
  provider.end(USAGE);
  recording.resolve();
  await settled(fake);
  const [settle, ...more] = argsOf(fake, "chats_settle");
  assert.deepEqual([settle?.p_usage, more], [USAGE, []]);
});

Deno.test("T9: a caller who leaves after the last piece changes nothing", async () => {
  const provider = ledModel();
  const fake = await makeFake({ ai: provider.ai });
  provider.say("word");
  provider.end({ input_tokens: 9, output_tokens: 7 });
  const answer = await postStreamed(fake);
  await settled(fake);
  await answer.body?.cancel();
  await settled(fake);
  const all = argsOf(fake, "chats_settle");
  assert.deepEqual(all.map(({ p_usage }) => p_usage), [{ input_tokens: 9, output_tokens: 7 }]);
});

/**
 * Posts a chat in a request with this abort signal, as in a runtime that reports a closed
 * connection.
 */
async function postAbortable(fake: Fake, signal: AbortSignal): Promise<Response> {
  const headers = {
    ...await headersOf("user", fake),
    "content-type": "application/json",
    "idempotency-key": "key-1",
  };
  const init = { method: "POST", headers, body: JSON.stringify(STREAMED), signal };
  return await createApp(fake.source).request("/ai/chat", init);
}

Deno.test("T28: a caller who leaves pays nothing if the provider never accepts", async () => {
  const stream: Ai["stream"] = ({ signal }) =>
    new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
  const fake = await makeFake({ ai: { stream }, answers: stubChats(5) });
  const caller = new AbortController();
  const answer = postAbortable(fake, caller.signal);
  await until("the work is under way", () => fake.background.length > 0);
  caller.abort();
  assert.equal((await answer).status, 408);
  await settled(fake);
  assert.deepEqual(fake.names(), ["chats_begin", "chats_release"]);
});

Deno.test("T28: a caller who leaves before the first piece pays for possible reasoning", async () => {
  const provider = ledModel();
  const fake = await makeFake({ ai: provider.ai, answers: stubChats(5) });
  const caller = new AbortController();
  const answer = postAbortable(fake, caller.signal);
  await until("the provider has accepted", () => fake.names().includes("chats_record"));
  caller.abort();
  await (await answer).body?.cancel();
  await settled(fake);
  assert.deepEqual(fake.names(), ["chats_begin", "chats_record", "chats_settle"]);
  const [settle] = argsOf(fake, "chats_settle");
  assert.deepEqual([settle?.p_usage, settle?.p_output_tokens], [null, 0]);
});

Deno.test("T28: a stream that fails before its first piece is charged if its caller left", async () => {
  const provider = ledModel();
  const fake = await makeFake({ ai: provider.ai });
  const caller = new AbortController();
  const answer = postAbortable(fake, caller.signal);
  await until("the provider has accepted", () => fake.names().includes("chats_record"));
  caller.abort();
  provider.fail(new ApiError("upstream_unavailable", { status: 502 }));
  await (await answer).body?.cancel();
  await settled(fake);
  assert.deepEqual(fake.names(), ["chats_begin", "chats_record", "chats_settle"]);
});

Deno.test("T28: the request's signal alone shows that the caller has left", async () => {
  const provider = ledModel();
  const fake = await makeFake({ ai: provider.ai, answers: stubChats(5) });
  const caller = new AbortController();
  provider.say("word");
  const answer = await postAbortable(fake, caller.signal);
  caller.abort();
  await settled(fake);
  await answer.body?.cancel();
  assert.deepEqual(argsOf(fake, "chats_settle").map(({ p_usage }) => p_usage), [null]);
});

Deno.test("T9: a stream that ends within a character is settled with text that can be stored", async () => {
  const provider = ledModel();
  const fake = await makeFake({ ai: provider.ai });
  provider.say("a \ud83d");
  const reader = (await postStreamed(fake)).body!.getReader();
  await reader.read();
  await reader.cancel();
  provider.end(USAGE);
  await settled(fake);
  const [settle] = argsOf(fake, "chats_settle");
  const { message } = settle?.p_answer as { message: { content: string } };
  const { response } = settle?.p_log as { response: string };
  assert.deepEqual([message.content, response], ["a \ufffd", "a \ufffd"]);
});

/**
 * Makes services, and `warn`, which sends the runtime's warning that the isolate will be killed.
 */
async function mortal(ai: Partial<Ai>) {
  const runtime = new EventTarget();
  const lifetime = watchLifetime(runtime, () => {});
  const fake = await makeFake({ ai, overrides: { lifetime } });
  const warn = () =>
    runtime.dispatchEvent(new CustomEvent("beforeunload", { detail: { reason: "cpu" } }));
  return { fake, warn };
}

Deno.test("T28: a stream whose isolate is about to be killed costs the most it can", async () => {
  const provider = ledModel();
  const { fake, warn } = await mortal(provider.ai);
  provider.say("two words");
  const answer = await postStreamed(fake);
  warn();
  const events = await eventsOf(answer);
  assert(provider.isLeft(), "the provider is still at work");
  assert.deepEqual(events.map(({ name }) => name), ["delta", "error"]);
  assert.equal(events[1]?.data.error?.code, "upstream_unavailable");
  const [settle, ...more] = argsOf(fake, "chats_settle");
  assert.deepEqual([settle?.p_usage, settle?.p_output_tokens, more], [null, 2, []]);
});

Deno.test("T9: a stream whose isolate is about to be killed before it begins costs nothing", async () => {
  const stream: Ai["stream"] = ({ signal }) =>
    new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
  const { fake, warn } = await mortal({ stream });
  const answering = postStreamed(fake);
  await until("the work is under way", () => fake.background.length > 0);
  warn();
  const answer = await answering;
  assert.deepEqual([answer.status, answer.headers.get("retry-after")], [503, "1"]);
  await answer.body?.cancel();
  assert.deepEqual(fake.names(), ["chats_begin", "chats_release"]);
});

Deno.test("T9: an answer whose isolate is about to be killed costs nothing; its key is free", async () => {
  const complete: Ai["complete"] = ({ signal }) =>
    new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
  const { fake, warn } = await mortal({ complete });
  const headers = { "idempotency-key": "key-1" };
  const body = { ...STREAMED, stream: false };
  const answering = send(fake, "POST", "/ai/chat", { as: "user", headers, body });
  await until("the work is under way", () => fake.background.length > 0);
  warn();
  const answer = await answering;
  assert.deepEqual([answer.status, answer.headers.get("retry-after")], [503, "1"]);
  await answer.body?.cancel();
  assert.deepEqual(fake.names(), ["chats_begin", "chats_release"]);
});
