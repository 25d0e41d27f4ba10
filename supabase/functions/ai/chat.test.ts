import assert from "node:assert/strict";
import type { Ai, AiRequest } from "../_shared/adapters/ai/ai.ts";
import { ChatAnswer } from "../_shared/contracts/ai.ts";
import { DatabaseFailure, TIMED_OUT } from "../_shared/adapters/database/failures.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { countedMetrics } from "#support/fakes/counted-metrics.ts";
import { ANSWER, UNASKED } from "#support/fakes/ai.ts";
import { type Fake, makeFake } from "#support/fakes/services.ts";
import { CHAT_HOLD_ID, CHAT_SAMPLES } from "#support/samples/chats.ts";
import { USER_ID } from "#support/project.ts";
import { send } from "#support/cases/routes.ts";
import { until } from "#support/until.ts";

const MESSAGES = [{ role: "user", content: "Explain a farthing briefly." }];
const BODY = { model: "gpt-4o", messages: MESSAGES };

function post(fake: Fake, body: Record<string, unknown> = BODY) {
  return send(fake, "POST", "/ai/chat", {
    as: "user",
    headers: { "idempotency-key": "key-1" },
    body,
  });
}

Deno.test("a chat holds its maximum cost, calls the model, and charges the usage", async () => {
  const asked: AiRequest[] = [];
  const usage = { input_tokens: 9, cached_input_tokens: 3, output_tokens: 4, reasoning_tokens: 2 };
  const complete: Ai["complete"] = (request) => {
    asked.push(request);
    return Promise.resolve({ text: ANSWER, finishReason: "stop", usage });
  };
  const metrics = countedMetrics();
  const fake = await makeFake({ ai: { complete }, overrides: { metrics } });
  const answer = await post(fake, { ...BODY, max_output_tokens: 50 });
  const { data } = await answer.json();
  assert.equal(answer.status, 200);
  assert.deepEqual(ChatAnswer.parse(data).message, { role: "assistant", content: ANSWER });
  assert.equal(answer.headers.get("farthing-hold"), CHAT_HOLD_ID);
  const { ending: signal } = fake.services.lifetime;
  assert.deepEqual(asked, [{ model: "gpt-4o", messages: MESSAGES, maxOutputTokens: 50, signal }]);
  const [begin, settle] = fake.calls;
  assert.deepEqual(fake.names(), ["chats_begin", "chats_settle"]);
  assert.equal(begin?.args.p_user_id, USER_ID);
  assert.deepEqual([begin?.args.p_input_tokens, begin?.args.p_max_output_tokens], [4, 50]);
  assert.equal(settle?.args.p_hold_id, CHAT_HOLD_ID);
  assert.deepEqual(settle?.args.p_usage, usage);
  assert.equal(settle?.args.p_idempotency_key, begin?.args.p_idempotency_key);
  assert.deepEqual(metrics.counts, {
    "ai_tokens gpt-4o input": 9,
    "ai_tokens gpt-4o cached_input": 3,
    "ai_tokens gpt-4o output": 4,
    "ai_tokens gpt-4o reasoning": 2,
  });
});

Deno.test("without max_output_tokens, 1,024 tokens are requested, or the model's lower cap", async () => {
  for (const [cap, expected] of [[4_096, 1_024], [512, 512]] as const) {
    const fake = await makeFake({ ai: { maxOutputTokens: () => cap } });
    await (await post(fake)).body?.cancel();
    assert.equal(fake.calls[0]?.args.p_max_output_tokens, expected);
  }
});

Deno.test("a refused chat never reaches the provider", async () => {
  for (
    const code of ["insufficient_credits", "unknown_model", "idempotency_in_progress"] as const
  ) {
    for (const stream of [false, true]) {
      const answers = { chats_begin: () => Promise.reject(new ApiError(code)) };
      const fake = await makeFake({ ai: UNASKED, answers });
      const answer = await post(fake, { ...BODY, stream });
      assert.equal((await answer.json()).error.code, code);
      const kept = code === "idempotency_in_progress" ? [] : ["idempotency_store"];
      assert.deepEqual(fake.names(), ["chats_begin", ...kept]);
    }
  }
});

Deno.test("a model that is not offered is refused before anything is held", async () => {
  const fake = await makeFake({ ai: UNASKED });
  const answer = await post(fake, { ...BODY, model: "gpt-3" });
  assert.equal(answer.status, 422);
  const { error } = await answer.json();
  assert.deepEqual([error.code, error.field], ["unknown_model", "model"]);
  assert.deepEqual(fake.names(), ["idempotency_store"]);
});

Deno.test("without a configured provider a chat gets 503", async () => {
  const ai = () => {
    throw new ApiError("not_ready", { internal: "Environment incomplete: AI_API_KEY" });
  };
  const fake = await makeFake({ overrides: { ai } });
  assert.equal((await post(fake)).status, 503);
  assert.deepEqual(fake.names(), []);
});

const user = { role: "user", content: "hi" };
const BAD: readonly [Record<string, unknown>, string][] = [
  [{ messages: [] }, "messages"],
  [{ messages: Array(201).fill(user) }, "messages"],
  [{ messages: [user, { ...user, role: "tool" }] }, "messages[1].role"],
  [{ messages: [{ ...user, content: "" }] }, "messages[0].content"],
  [{ messages: [{ ...user, content: "x".repeat(60_001) }] }, "messages[0].content"],
  [{ messages: [{ ...user, content: [{ type: "text", text: "hi" }] }] }, "messages[0].content"],
  [{ messages: [{ ...user, name: "x" }] }, "messages[0].name"],
  [{ messages: "hi" }, "messages"],
  [{ model: "" }, "model"],
  [{ model: 4 }, "model"],
  [{ max_output_tokens: 0 }, "max_output_tokens"],
  [{ max_output_tokens: 1.5 }, "max_output_tokens"],
  [{ max_output_tokens: 4_097 }, "max_output_tokens"],
  [{ stream: "yes" }, "stream"],
  [{ temperature: 1 }, "temperature"],
  [{ user_id: USER_ID }, "user_id"],
];

for (const [change, field] of BAD) {
  const name = JSON.stringify(change).slice(0, 60);
  Deno.test(`a chat with ${name} is refused with field ${field}`, async () => {
    const fake = await makeFake({ ai: UNASKED });
    const answer = await post(fake, { ...BODY, ...change });
    assert.equal(answer.status, 400);
    assert.equal((await answer.json()).error.field, field);
    assert.deepEqual(fake.names(), []);
  });
}

Deno.test("a failing provider releases the hold, and the key is freed", async () => {
  const failures = [
    new ApiError("upstream_unavailable", { status: 502, retryAfterSeconds: 30 }),
    new ApiError("upstream_unavailable"),
    new ApiError("request_timeout"),
  ];
  for (const error of failures) {
    const fake = await makeFake({ ai: { complete: () => Promise.reject(error) } });
    const answer = await post(fake);
    await answer.body?.cancel();
    assert.equal(answer.status, error.status);
    assert.equal(answer.headers.get("retry-after"), error.retryAfterSeconds?.toString() ?? null);
    assert.deepEqual(fake.names(), ["chats_begin", "chats_release"]);
    const [begin, release] = fake.calls;
    assert.equal(release?.args.p_hold_id, CHAT_HOLD_ID);
    assert.equal(release?.args.p_idempotency_key, begin?.args.p_idempotency_key);
    assert.equal((release?.args.p_log as { error_code: string }).error_code, error.code);
  }
});

const STORED = {
  ...CHAT_SAMPLES.chats_settle({
    p_answer: { message: { role: "assistant", content: ANSWER }, finish_reason: "stop" },
    p_usage: { input_tokens: 9, output_tokens: 4 },
  } as never).data,
};

Deno.test("a repeat gets the stored answer, and the provider is not asked", async () => {
  const answers = { chats_begin: () => ({ step: "replay" as const, status: 200, data: STORED }) };
  const fake = await makeFake({ ai: UNASKED, answers });
  const answer = await post(fake);
  assert.equal(answer.headers.get("idempotency-replayed"), "true");
  assert.equal(answer.headers.get("farthing-hold"), CHAT_HOLD_ID);
  assert.deepEqual((await answer.json()).data, STORED);
  assert.deepEqual(fake.names(), ["chats_begin"]);
});

Deno.test("a stored refusal is repeated unchanged, also for a stream", async () => {
  const { body } = new ApiError("insufficient_credits");
  const answers = { chats_begin: () => ({ step: "replay" as const, status: 402, data: body }) };
  for (const stream of [false, true]) {
    const answer = await post(await makeFake({ ai: UNASKED, answers }), { ...BODY, stream });
    assert.equal(answer.status, 402);
    assert.deepEqual((await answer.json()).error, body);
  }
});

Deno.test("a charge is retried until it is stored, after a timeout too", async () => {
  let failures = 2;
  const timeout = new DatabaseFailure({ code: TIMED_OUT, message: "" });
  const chats_settle = (args: Parameters<typeof CHAT_SAMPLES.chats_settle>[0]) =>
    failures-- > 0 ? Promise.reject(timeout) : CHAT_SAMPLES.chats_settle(args);
  const fake = await makeFake({ answers: { chats_settle } });
  assert.equal((await post(fake)).status, 200);
  assert.deepEqual(fake.names().filter((name) => name === "chats_settle").length, 3);
});

Deno.test("a charge that cannot be made is left to a scheduled task, and logged as an error", async () => {
  const chats_settle = () => Promise.reject(new ApiError("upstream_unavailable"));
  const fake = await makeFake({ answers: { chats_settle } });
  assert.equal((await post(fake)).status, 503);
  // The database adapter has used up its retries, and the chat adds no retries of its own.
  assert.equal(fake.names().filter((name) => name === "chats_settle").length, 1);
  assert(!fake.names().includes("chats_release"), "it was worked for");
  const line = fake.lines.find(({ message }) => message === "chat not settled");
  assert.deepEqual([line?.level, line?.record.hold_id], ["error", CHAT_HOLD_ID]);
});

Deno.test("the work continues after the caller has left, and keeps the isolate alive", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const complete: Ai["complete"] = async () => {
    await promise;
    return { text: ANSWER, finishReason: "stop", usage: { input_tokens: 1, output_tokens: 4 } };
  };
  const fake = await makeFake({ ai: { complete } });
  const answer = post(fake);
  await until("the work is under way", () => fake.background.length > 0);
  resolve();
  await Promise.all(fake.background);
  assert.deepEqual(fake.names(), ["chats_begin", "chats_settle"]);
  await answer;
});

Deno.test("the log record is redacted, classified and names the request", async () => {
  const messages = [{ role: "user", content: "Write to ada@example.com about 12.50 USD" }];
  const text = '{"to": "ada@example.com", "amount": 12.5}';
  const complete = () =>
    Promise.resolve({
      text,
      finishReason: "stop",
      usage: { input_tokens: 1, output_tokens: 1 },
    });
  const fake = await makeFake({ ai: { complete } });
  const answer = await post(fake, { ...BODY, messages });
  const { metadata } = await answer.json();
  const { duration_ms, ...log } = fake.calls[1]!.args.p_log as Record<string, unknown>;
  assert(Number.isInteger(duration_ms));
  assert.deepEqual(log, {
    kind: "chat",
    model: "gpt-4o",
    prompt: "user: Write to [EMAIL] about 12.50 USD",
    response: '{"to": "[EMAIL]", "amount": 12.5}',
    structured: { to: "[EMAIL]", amount: 12.5 },
    usage: { input_tokens: 1, output_tokens: 1 },
    classification: "personal",
    error_code: null,
    request_id: metadata.requestId,
    trace_id: metadata.traceId,
  });
  // Unlike the log, the stored answer is not redacted, because the caller gets this answer, and
  // gets it again after repeating the request.
  const kept = fake.calls[1]!.args.p_answer as { message: { content: string } };
  assert.equal(kept.message.content, text);
});

Deno.test("the characters of an answer that the database cannot store are replaced", async () => {
  const text = `{"a": "\\u0000"} \u0000${"x".repeat(32_767)}\u{1f4b8}`;
  const halves = ['{"a": "\\ud83d"}', '{"a": "\ud83d"}', '{"\udcb8": 1}'];
  const deep = "[".repeat(6_000) + "]".repeat(6_000);
  for (const said of [text, ...halves, deep]) {
    const usage = { input_tokens: 1, output_tokens: 1 };
    const complete = () => Promise.resolve({ text: said, finishReason: "stop\u0000", usage });
    const fake = await makeFake({ ai: { complete } });
    await (await post(fake)).body?.cancel();
    const args = fake.calls[1]!.args as {
      p_answer: { message: { content: string }; finish_reason: string };
      p_log: { response: string; structured: unknown };
    };
    const kept = [args.p_answer.message.content, args.p_answer.finish_reason, args.p_log.response];
    for (const each of kept) assert(each.isWellFormed() && !each.includes("\u0000"));
    assert.equal(args.p_log.structured, null);
  }
});
