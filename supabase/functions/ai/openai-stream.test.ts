import assert from "node:assert/strict";
import OpenAI from "openai";
import type { AiPiece } from "../_shared/adapters/ai/ai.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { ANSWER } from "#support/fakes/ai.ts";
import { ledModel } from "#support/fakes/led-model.ts";
import { MESSAGES, openAiSdk } from "#support/fakes/openai-sdk.ts";
import { type Fake, makeFake } from "#support/fakes/services.ts";
import { CHAT_HOLD_ID } from "#support/samples/chats.ts";
import { argsOf, settled } from "#support/samples/streamed-chat.ts";

const STREAM = { model: "gpt-4o", messages: MESSAGES, stream: true } as const;
const WITH_USAGE = { ...STREAM, stream_options: { include_usage: true } };

type Chunk = OpenAI.ChatCompletionChunk;

async function chunksOf(fake: Fake, body: typeof STREAM = STREAM): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of await (await openAiSdk(fake)).chat.completions.create(body)) {
    chunks.push(chunk);
  }
  await settled(fake);
  return chunks;
}

const textOf = (chunks: Chunk[]) =>
  chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");

Deno.test("T9: OpenAI's SDK reads a stream to its end, and it is settled once", async () => {
  const fake = await makeFake();
  const chunks = await chunksOf(fake);
  assert.equal(textOf(chunks), ANSWER);
  assert.equal(chunks[0]?.choices[0]?.delta.role, "assistant");
  assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, "stop");
  assert(
    chunks.every(({ id, object, choices }) =>
      id === `chatcmpl-${CHAT_HOLD_ID}` && object === "chat.completion.chunk" &&
      choices.length === 1
    ),
  );
  assert(chunks.every((chunk) => !("usage" in chunk)), "usage was not asked for");
  assert.deepEqual(fake.names(), ["chats_begin", "chats_record", "chats_settle"]);
});

Deno.test("with include_usage the last chunk has the usage and the charge", async () => {
  const chunks = await chunksOf(await makeFake(), WITH_USAGE);
  assert(chunks.slice(0, -1).every(({ usage }) => usage === null));
  const { choices, usage, ...last } = chunks.at(-1)! as Chunk & { farthing: unknown };
  assert.deepEqual([choices, usage?.total_tokens], [[], 16]);
  assert.deepEqual(last.farthing, {
    hold_id: CHAT_HOLD_ID,
    credits: "0.48",
    balance_after: "99.52",
  });
});

Deno.test("a stream's headers name its hold and the held credits", async () => {
  const client = await openAiSdk(await makeFake());
  const { data, response } = await client.chat.completions.create(STREAM).withResponse();
  for await (const _ of data);
  const headers = ["farthing-hold", "farthing-held"].map((name) => response.headers.get(name));
  assert.deepEqual(headers, [CHAT_HOLD_ID, "62"]);
});

Deno.test("T28: a stream that the SDK aborts is read to its end and charged", async () => {
  const provider = ledModel();
  const fake = await makeFake({ ai: provider.ai });
  provider.say("one");
  const stream = await (await openAiSdk(fake)).chat.completions.create(STREAM);
  for await (const _ of stream) break;
  provider.say(" two");
  const usage = { input_tokens: 4, output_tokens: 2 };
  provider.end(usage);
  await settled(fake);
  const [settle, ...others] = argsOf(fake, "chats_settle");
  assert.deepEqual([settle?.p_usage, others.length], [usage, 0]);
  const { message } = settle?.p_answer as { message: { content: string } };
  assert.equal(message.content, "one two");
});

async function* broken(): AsyncGenerator<AiPiece> {
  yield { kind: "delta", text: "Four" };
  throw new ApiError("upstream_unavailable", { status: 502 });
}

Deno.test("T28: an error within a stream is thrown by the SDK, with the charge", async () => {
  const fake = await makeFake({ ai: { stream: () => Promise.resolve(broken()) } });
  const error = await chunksOf(fake).then(() => assert.fail("no error"), (error) => error);
  assert(error instanceof OpenAI.APIError);
  assert.deepEqual([error.code, error.type], ["upstream_unavailable", "server_error"]);
  assert.equal((error.error as { farthing: { credits: string } }).farthing.credits, "0.48");
  await settled(fake);
  assert.equal(argsOf(fake, "chats_settle")[0]?.p_usage, null);
});

Deno.test("a provider that fails before the first piece keeps its status, and costs nothing", async () => {
  const stream = () =>
    Promise.reject(new ApiError("upstream_unavailable", { status: 502, retryAfterSeconds: 3 }));
  const fake = await makeFake({ ai: { stream } });
  const error = await chunksOf(fake).then(() => assert.fail("no error"), (error) => error);
  assert(error instanceof OpenAI.InternalServerError);
  assert.deepEqual([error.status, error.headers?.get("retry-after")], [502, "3"]);
  assert.deepEqual(fake.names(), ["chats_begin", "chats_release"]);
});

async function* reasoningOnly(): AsyncGenerator<AiPiece> {
  yield { kind: "hidden", text: "thinking" };
  yield { kind: "end", finishReason: "length", usage: { input_tokens: 4, output_tokens: 9 } };
}

Deno.test("OpenAI's SDK accepts a paid answer whose whole output was reasoning", async () => {
  const fake = await makeFake({ ai: { stream: () => Promise.resolve(reasoningOnly()) } });
  const runner = (await openAiSdk(fake)).chat.completions
    .stream({ model: "gpt-4o", messages: MESSAGES });
  const { choices: [choice] } = await runner.finalChatCompletion();
  assert.deepEqual([choice?.message.role, choice?.message.content, choice?.finish_reason], [
    "assistant",
    "",
    "length",
  ]);
  await settled(fake);
  assert.equal(argsOf(fake, "chats_settle").length, 1);
});

const TOOLS = [{ type: "function", function: { name: "look_up" } }] as const;

async function* calling(): AsyncGenerator<AiPiece> {
  yield { kind: "hidden", text: "thinking" };
  yield {
    kind: "call",
    text: "look_up",
    calls: [{ index: 0, id: "call_1", name: "look_up", arguments: "" }],
  };
  yield { kind: "call", text: '{"coin"', calls: [{ index: 0, arguments: '{"coin"' }] };
  yield { kind: "call", text: ":1}", calls: [{ index: 0, arguments: ":1}" }] };
  const usage = { input_tokens: 4, output_tokens: 9 };
  yield { kind: "end", finishReason: "tool_calls", usage };
}

Deno.test("a tool call is streamed, joined, and stored for a repeat", async () => {
  const fake = await makeFake({ ai: { stream: () => Promise.resolve(calling()) } });
  const runner = (await openAiSdk(fake)).chat.completions
    .stream({ model: "gpt-4o", messages: MESSAGES, tools: [...TOOLS] });
  const { choices: [choice] } = await runner.finalChatCompletion();
  assert.equal(choice?.finish_reason, "tool_calls");
  const call = choice?.message.tool_calls?.[0];
  assert(call?.type === "function");
  assert.deepEqual([call.id, call.function.name, call.function.arguments], [
    "call_1",
    "look_up",
    '{"coin":1}',
  ]);
  await settled(fake);
  const { message } = argsOf(fake, "chats_settle")[0]?.p_answer as { message: unknown };
  assert.deepEqual(message, {
    role: "assistant",
    content: "",
    tool_calls: [{
      id: "call_1",
      type: "function",
      function: { name: "look_up", arguments: '{"coin":1}' },
    }],
  });
  const { response } = argsOf(fake, "chats_settle")[0]?.p_log as { response: string };
  assert.match(response, /look_up \{"coin":1\}/);
});

Deno.test("a repeated stream gets the stored text and tool calls as chunks", async () => {
  const tool_calls = [{
    id: "call_1",
    type: "function" as const,
    function: { name: "look_up", arguments: "{}" },
  }];
  const data = {
    message: { role: "assistant" as const, content: "I look.", tool_calls },
    finish_reason: "tool_calls",
    usage: { input_tokens: 9, output_tokens: 4 },
    credits: "0.48",
    balance_after: "99.52",
    hold_id: CHAT_HOLD_ID,
  };
  const chats_begin = () => ({ step: "replay" as const, status: 200, data });
  const fake = await makeFake({ answers: { chats_begin } });
  const client = await openAiSdk(fake, { headers: { "idempotency-key": "key-1" } });
  const runner = client.chat.completions.stream({ model: "gpt-4o", messages: MESSAGES });
  const { choices: [choice] } = await runner.finalChatCompletion();
  assert.equal(choice?.message.content, "I look.");
  assert.deepEqual(choice?.message.tool_calls?.map((call) => "id" in call && call.id), ["call_1"]);
  assert.deepEqual(fake.names(), ["chats_begin"]);
});
