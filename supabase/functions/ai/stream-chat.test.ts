import assert from "node:assert/strict";
import type { AiPiece } from "../_shared/adapters/ai/ai.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { CHAT_HOLD_ID } from "#support/samples/chats.ts";
import { ANSWER } from "#support/fakes/ai.ts";
import { makeFake } from "#support/fakes/services.ts";
import { withFakeTime } from "#support/fakes/time.ts";
import { ledModel } from "#support/fakes/led-model.ts";
import {
  argsOf,
  eventsOf,
  parseEvents,
  postStreamed,
  PROMPT_TOKENS,
  settled,
} from "#support/samples/streamed-chat.ts";

Deno.test("T9: a stream sends its pieces and then its cost, and is settled once", async () => {
  const fake = await makeFake();
  const answer = await postStreamed(fake);
  assert.equal(answer.headers.get("content-type"), "text/event-stream; charset=utf-8");
  assert.equal(answer.headers.get("farthing-hold"), CHAT_HOLD_ID);
  const events = await eventsOf(answer);
  const deltas = events.slice(0, -1);
  assert(deltas.every(({ name }) => name === "delta"));
  assert.equal(deltas.map(({ data }) => data.content).join(""), ANSWER);
  assert.deepEqual(events.at(-1), {
    name: "usage",
    data: {
      usage: { input_tokens: 12, output_tokens: 4 },
      credits: "0.48",
      balance_after: "99.52",
      hold_id: CHAT_HOLD_ID,
      finish_reason: "stop",
    },
  });
  await settled(fake);
  assert.deepEqual(fake.names(), ["chats_begin", "chats_record", "chats_settle"]);
  const [{ p_answer }] = argsOf(fake, "chats_settle") as [{ p_answer: unknown }];
  assert.deepEqual(p_answer, {
    message: { role: "assistant", content: ANSWER },
    finish_reason: "stop",
  });
});

Deno.test("T9: the provider's acceptance is recorded before the first piece is sent", async () => {
  const provider = ledModel();
  const recorded: unknown[] = [];
  const chats_record = (args: unknown) => {
    recorded.push(args);
    return { status: "open" as const };
  };
  const fake = await makeFake({ ai: provider.ai, answers: { chats_record } });
  provider.say("one");
  const answer = await postStreamed(fake);
  assert.deepEqual(recorded, [{ p_hold_id: CHAT_HOLD_ID, p_output_tokens: 0 }]);
  await answer.body?.cancel();
  provider.end({ input_tokens: 4, output_tokens: 1 });
  await settled(fake);
});

Deno.test("T9: the sent tokens are never more than 64 ahead of the recorded tokens", async () => {
  const provider = ledModel();
  let recorded = 0;
  let sent = 0;
  const chats_record = ({ p_output_tokens }: { p_output_tokens?: number | null | undefined }) => {
    recorded = p_output_tokens ?? 0;
    return { status: "open" as const };
  };
  const fake = await makeFake({ ai: provider.ai, answers: { chats_record } });
  for (let count = 0; count < 500; count++) provider.say(" word".repeat(1 + count % 3));
  provider.end({ input_tokens: 4, output_tokens: 999 });
  const decoder = new TextDecoderStream();
  for await (const text of (await postStreamed(fake)).body!.pipeThrough(decoder)) {
    for (const { name, data } of parseEvents(text)) {
      if (name === "delta") sent += data.content!.split(" word").length - 1;
    }
    assert(sent - recorded <= 64, `${sent} sent, ${recorded} recorded`);
  }
  assert.equal(sent, 999);
  await settled(fake);
  const count = argsOf(fake, "chats_record").length;
  assert(count > 10 && count < 20, `recorded ${count} times`);
});

Deno.test("T9: a piece of more than 64 tokens is recorded before it is sent", async () => {
  const provider = ledModel();
  const fake = await makeFake({ ai: provider.ai });
  provider.say(" word".repeat(1_000));
  const answer = await postStreamed(fake);
  const reader = answer.body!.getReader();
  await reader.read();
  assert.deepEqual(argsOf(fake, "chats_record").map((args) => args.p_output_tokens), [0, 1_000]);
  await reader.cancel();
  provider.end({ input_tokens: 4, output_tokens: 9 });
  await settled(fake);
});

Deno.test("T9: a stream that trickles is recorded each second", async () => {
  let ms = Date.parse("2026-11-21T12:00:00Z");
  const provider = ledModel();
  const fake = await makeFake({ ai: provider.ai, now: () => new Date(ms) });
  provider.say("one");
  const reader = (await postStreamed(fake)).body!.getReader();
  await reader.read();
  for (const step of [999, 1]) {
    ms += step;
    provider.say(" more");
    await reader.read();
  }
  assert.deepEqual(argsOf(fake, "chats_record").map((args) => args.p_output_tokens), [0, 3]);
  await reader.cancel();
  provider.end({ input_tokens: 4, output_tokens: 9 });
  await settled(fake);
});

Deno.test("T9: output beyond twice the requested tokens is neither sent nor charged", async () => {
  const provider = ledModel();
  const fake = await makeFake({ ai: provider.ai });
  for (let count = 0; count < 60; count++) provider.say(" word".repeat(40));
  const events = await eventsOf(await postStreamed(fake));
  // The request asks for 1,024 tokens, for which mostOutputTokens() allows 2 * 1,024 + 64 = 2,112.
  // A piece has 40 tokens, so 52 pieces are sent, and the 53rd exceeds the limit.
  assert.deepEqual(events.map(({ name }) => name), [...Array(52).fill("delta"), "error"]);
  const { error, usage, finish_reason } = events.at(-1)!.data;
  assert.deepEqual([error?.code, finish_reason], ["upstream_unavailable", "error"]);
  assert.deepEqual(usage, { input_tokens: PROMPT_TOKENS, output_tokens: 2_120 });
  assert.deepEqual(argsOf(fake, "chats_settle").map(({ p_usage }) => p_usage), [null]);
  assert(provider.isLeft());
  await settled(fake);
});

Deno.test("the end of a stream closes the provider's stream", async () => {
  let isClosed = false;
  async function* pieces(): AsyncGenerator<AiPiece> {
    try {
      yield { kind: "delta", text: "word" };
      yield { kind: "end", finishReason: "stop", usage: { input_tokens: 4, output_tokens: 1 } };
    } finally {
      isClosed = true;
    }
  }
  const fake = await makeFake({ ai: { stream: () => Promise.resolve(pieces()) } });
  await eventsOf(await postStreamed(fake));
  await settled(fake);
  assert(isClosed);
});

Deno.test("T28: a chat that a task has closed sends no more, and its usage is read", async () => {
  const provider = ledModel();
  let status: "open" | "closed" = "open";
  const fake = await makeFake({ ai: provider.ai, answers: { chats_record: () => ({ status }) } });
  provider.say("word");
  const reader = (await postStreamed(fake)).body!.getReader();
  await reader.read();
  status = "closed";
  provider.say(" word".repeat(65));
  const { value } = await reader.read();
  assert.deepEqual(parseEvents(new TextDecoder().decode(value)).map(({ name }) => name), ["error"]);
  assert((await reader.read()).done);
  assert(!provider.isLeft());
  const usage = { input_tokens: 4, output_tokens: 200 };
  provider.say(" more".repeat(130));
  provider.end(usage);
  await settled(fake);
  assert.deepEqual(argsOf(fake, "chats_settle").map(({ p_usage }) => p_usage), [usage]);
  const recorded = argsOf(fake, "chats_record").map(({ p_output_tokens }) => p_output_tokens);
  assert.deepEqual(recorded, [0, 66], "a closed chat is not recorded again");
});

Deno.test("a stream that can't be recorded ends for its caller, and its usage is charged", async () => {
  const provider = ledModel();
  let isUp = true;
  const chats_record = () =>
    isUp
      ? { status: "open" as const }
      : Promise.reject(new ApiError("upstream_unavailable", { status: 503 }));
  const fake = await makeFake({ ai: provider.ai, answers: { chats_record } });
  provider.say("word");
  const answer = await postStreamed(fake);
  isUp = false;
  provider.say(" word".repeat(65));
  assert.deepEqual((await eventsOf(answer)).map(({ name }) => name), ["delta", "error"]);
  provider.end({ input_tokens: 4, output_tokens: 66 });
  await settled(fake);
  assert.equal(argsOf(fake, "chats_settle").length, 1);
});

Deno.test("T28: a chat sends four heartbeats in 70 seconds without a piece and stays open", async () => {
  const provider = ledModel();
  const fake = await makeFake({ ai: provider.ai });
  await withFakeTime(async ({ advance }) => {
    provider.say("word");
    const answer = await postStreamed(fake);
    const before = argsOf(fake, "chats_record").length;
    await advance(70_000);
    assert.equal(argsOf(fake, "chats_record").length - before, 4);
    provider.end({ input_tokens: 4, output_tokens: 1 });
    await answer.text();
    await settled(fake);
    await advance(70_000);
    assert.equal(argsOf(fake, "chats_record").length - before, 4, "and no more when it is over");
  });
});

Deno.test("a stream sends a comment every 15 seconds while the model thinks", async () => {
  const provider = ledModel();
  const fake = await makeFake({ ai: provider.ai });
  await withFakeTime(async ({ advance }) => {
    provider.say("word");
    const answer = await postStreamed(fake);
    await advance(44_000);
    provider.end({ input_tokens: 4, output_tokens: 1 });
    const text = await answer.text();
    assert.equal(text.split(": ping\n\n").length - 1, 2);
    assert.deepEqual(parseEvents(text).map(({ name }) => name), ["delta", "usage"]);
    await settled(fake);
  });
});

Deno.test("T28: reasoning and tool calls are counted and not sent", async () => {
  async function* pieces(): AsyncGenerator<AiPiece> {
    yield { kind: "hidden", text: "one two three" };
    yield { kind: "delta", text: " four" };
    throw new ApiError("upstream_unavailable", { status: 502 });
  }
  const fake = await makeFake({ ai: { stream: () => Promise.resolve(pieces()) } });
  const events = await eventsOf(await postStreamed(fake));
  assert.deepEqual(events.map(({ data }) => data.content), [" four", undefined]);
  const [settle] = argsOf(fake, "chats_settle");
  assert.deepEqual([settle?.p_usage, settle?.p_output_tokens], [null, 4]);
});

Deno.test("a stream that cannot be recorded as accepted does not begin, and nothing is charged", async () => {
  const provider = ledModel();
  provider.say("word");
  const chats_record = () => Promise.reject(new ApiError("upstream_unavailable"));
  const fake = await makeFake({ ai: provider.ai, answers: { chats_record } });
  assert.equal((await postStreamed(fake)).status, 503);
  assert(provider.isLeft());
  assert.deepEqual(fake.names(), ["chats_begin", "chats_record", "chats_release"]);
});

Deno.test("a charge that cannot be made ends the stream with an error; a task makes it", async () => {
  const chats_settle = () => Promise.reject(new ApiError("upstream_unavailable"));
  const fake = await makeFake({ answers: { chats_settle } });
  const events = await eventsOf(await postStreamed(fake));
  assert.equal(events.at(-1)?.name, "error");
  assert.equal(events.at(-1)?.data.error?.code, "upstream_unavailable");
  assert(!fake.names().includes("chats_release"));
  assert(fake.lines.some(({ message }) => message === "chat not settled"));
});

Deno.test("a repeated stream gets the stored answer as events", async () => {
  const data = {
    message: { role: "assistant" as const, content: "Two\nlines." },
    finish_reason: "stop",
    usage: { input_tokens: 9, output_tokens: 4 },
    credits: "0.48",
    balance_after: "99.52",
    hold_id: CHAT_HOLD_ID,
  };
  const answers = { chats_begin: () => ({ step: "replay" as const, status: 200, data }) };
  const fake = await makeFake({ answers });
  const answer = await postStreamed(fake);
  assert.equal(answer.headers.get("idempotency-replayed"), "true");
  assert.equal(answer.headers.get("farthing-hold"), CHAT_HOLD_ID);
  const { message, ...usage } = data;
  assert.deepEqual(await eventsOf(answer), [
    { name: "delta", data: { content: message.content } },
    { name: "usage", data: usage },
  ]);
  assert.deepEqual(fake.names(), ["chats_begin"]);
});
