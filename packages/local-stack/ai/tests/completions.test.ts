import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import assert from "node:assert/strict";
import OpenAI from "openai";
import { ask, failure, withAi } from "./harness.ts";

const textOf = (completion: OpenAI.ChatCompletion) => completion.choices[0]?.message.content ?? "";

Deno.test("a completion always gives the same answer to the same prompt", async () => {
  await withAi(async ({ client }) => {
    const first = await client.chat.completions.create(ask("Why is the sky blue?"));
    assert.match(textOf(first), /^You asked: Why is the sky blue\?\n\nIn short: /);
    assert.equal(first.choices[0]?.finish_reason, "stop");
    assert.equal(first.model, "gpt-4o-mini-2024-07-18");
    const again = await client.chat.completions.create(ask("Why is the sky blue?"));
    assert.equal(textOf(again), textOf(first));
    assert.notEqual(again.id, first.id);
    const other = await client.chat.completions.create(ask("Why is it red?"));
    assert.notEqual(textOf(other).slice(60), textOf(first).slice(60));
  });
});

Deno.test("a completion's usage matches a tokenizer's count, even for special tokens as text", async () => {
  await withAi(async ({ client }) => {
    const messages = [
      { role: "system" as const, content: "Be brief." },
      { role: "user" as const, content: "Größe 👩‍👩‍👧 <|endoftext|> 世界?" },
    ];
    const completion = await client.chat.completions.create({ model: "gpt-4o", messages });
    const plain = { disallowedSpecial: new Set<string>() };
    const content = messages.map((message) => countTokens(message.content, plain));
    const prompt = content.reduce((sum, count) => sum + count, messages.length * 4 + 3);
    const answer = countTokens(textOf(completion), plain);
    assert.equal(completion.usage?.prompt_tokens, prompt);
    assert.equal(completion.usage?.completion_tokens, answer);
    assert.equal(completion.usage?.total_tokens, prompt + answer);
    assert.equal(completion.usage?.completion_tokens_details?.reasoning_tokens, 0);
  });
});

Deno.test("an answer has the marker's number of tokens, and omits the marker", async () => {
  await withAi(async ({ client }) => {
    const completion = await client.chat.completions.create(ask("Tell me [tokens:200] all"));
    assert.equal(completion.usage?.completion_tokens, 200);
    assert.equal(countTokens(textOf(completion)), 200);
    assert.match(textOf(completion), /^You asked: Tell me all\n/);
  });
});

Deno.test("an answer ends at the request's limit with finish_reason length", async () => {
  await withAi(async ({ client }) => {
    for (const name of ["max_tokens", "max_completion_tokens"]) {
      const completion = await client.chat.completions.create({
        ...ask("Tell me more"),
        [name]: 7,
      });
      assert.equal(completion.choices[0]?.finish_reason, "length", name);
      assert.equal(completion.usage?.completion_tokens, 7, name);
    }
    const exact = await client.chat.completions.create({ ...ask("[tokens:9]"), max_tokens: 9 });
    assert.equal(exact.choices[0]?.finish_reason, "stop");
  });
});

Deno.test("cached and reasoning tokens are included in OpenAI's counts", async () => {
  await withAi(async ({ client }) => {
    const prompt = "Think hard about this [cached:4][reasoning:50][tokens:20]";
    const { usage } = await client.chat.completions.create(ask(prompt));
    assert.equal(usage?.prompt_tokens_details?.cached_tokens, 4);
    assert.ok((usage?.prompt_tokens ?? 0) > 4);
    assert.equal(usage?.completion_tokens, 70);
    assert.equal(usage?.completion_tokens_details?.reasoning_tokens, 50);
    const all = await client.chat.completions.create({ ...ask(prompt), max_tokens: 50 });
    assert.equal(textOf(all), "");
    assert.equal(all.choices[0]?.finish_reason, "length");
  });
});

Deno.test("a JSON answer has three questions, or the marker's number", async () => {
  await withAi(async ({ client }) => {
    const system = (content: string) => ({ role: "system" as const, content });
    const user = { role: "user" as const, content: `The "blue" sky [plan:5]` };
    const list = await client.chat.completions.create({
      model: "gpt-4o",
      messages: [system("Reply with a JSON array of strings."), user],
    });
    const questions = JSON.parse(textOf(list));
    assert.equal(questions.length, 5);
    assert.equal(questions[0], `What is known about The "blue" sky?`);
    const object = await client.chat.completions.create({
      ...ask("JSON please"),
      response_format: { type: "json_object" },
    });
    assert.equal(JSON.parse(textOf(object)).questions.length, 3);
  });
});

Deno.test("a wrong key is refused with 401, and an unknown model with 404", async () => {
  await withAi(async ({ client, clientWith }) => {
    const wrongKey = clientWith({ apiKey: "sk-other" });
    for (
      const call of [() => wrongKey.chat.completions.create(ask("x")), () => wrongKey.models.list()]
    ) {
      const error = await failure(call);
      assert.ok(error instanceof OpenAI.AuthenticationError);
      assert.equal(error.code, "invalid_api_key");
    }
    const error = await failure(() => client.chat.completions.create(ask("x", "gpt-none")));
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, "model_not_found");
  });
});

Deno.test("the offered models are listed, and an unknown model is not found", async () => {
  await withAi(async ({ client }) => {
    const ids = (await client.models.list()).data.map(({ id }) => id);
    assert.deepEqual(ids, ["gpt-4o", "gpt-4o-mini", "o4-mini", "claude-haiku-4-5"]);
    assert.equal((await client.models.retrieve("gpt-4o")).id, "gpt-4o");
    const error = await failure(() => client.models.retrieve("gpt-none"));
    assert.ok(error instanceof OpenAI.NotFoundError);
  });
});

Deno.test("an invalid or unsupported request is refused with 400", async () => {
  await withAi(async ({ client }) => {
    const refused: [string, Record<string, unknown>][] = [
      ["messages", { messages: [] }],
      ["messages.0.role", { messages: [{ role: "robot", content: "x" }] }],
      ["max_tokens", { max_tokens: 0 }],
      ["max_tokens", { max_tokens: 16_385 }],
      ["max_tokens", { max_tokens: 5, max_completion_tokens: 5 }],
      ["n", { n: 2 }],
      ["tools", { tools: [] }],
      ["messages.0.content", { messages: [{ role: "assistant", content: null }] }],
      ["messages", { response_format: { type: "json_object" } }],
    ];
    for (const [param, change] of refused) {
      const error = await failure(() => client.chat.completions.create({ ...ask("x"), ...change }));
      assert.ok(error instanceof OpenAI.BadRequestError, param);
      assert.equal(error.param, param);
    }
    const long = "word ".repeat(128_001);
    const error = await failure(() => client.chat.completions.create(ask(long)));
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.code, "context_length_exceeded");
  });
});
