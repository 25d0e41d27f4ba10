/** OpenAI's official SDK, unmodified. Its base URL is a path of the project. */
import OpenAI from "openai";
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { endedRequestsWith, promptOf, requestsWith } from "../../support/work/chat.ts";
import { proven } from "../../support/project/database.ts";
import { signUp, signUpWith } from "../../support/project/people.ts";
import { readWorld } from "../../support/project/world.ts";
import { chatOf, failureOf, hasPaid, priceOf, sdkOf } from "./sdk.ts";

const world = readWorld();

Deno.test("the SDK lists the models and gets a completion, which is charged by its usage", async () => {
  const person = await signUpWith(world, "1000");
  const client = sdkOf(world, person);
  const models = (await client.models.list()).data.map(({ id }) => id);
  ok(models.includes("gpt-4o") && models.includes("claude-haiku-4-5"), `${models}`);
  equal((await client.models.retrieve("gpt-4o")).object, "model");

  const { name, content } = promptOf("[tokens:30]");
  const { data, response } = await client.chat.completions.create(chatOf(content)).withResponse();
  match(data.choices[0]?.message.content ?? "", /^You asked: /);
  deepEqual([data.usage?.completion_tokens, data.choices[0]?.finish_reason], [30, "stop"]);
  const credits = priceOf(data.usage!);
  equal(response.headers.get("farthing-credits"), `${credits}`);
  equal(response.headers.get("farthing-balance"), `${1000 - credits}`);
  ok(response.headers.has("x-ratelimit-remaining-requests"));
  equal((await requestsWith(world, name)).length, 1);
  await hasPaid(world, person, [data.usage!]);
  await proven(world);
});

Deno.test("the SDK reads a stream, whose last chunk has the usage and the charge", async () => {
  const person = await signUpWith(world, "1000");
  const stream = await sdkOf(world, person).chat.completions.create({
    ...chatOf(promptOf("[tokens:40]").content),
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let last: OpenAI.ChatCompletionChunk | undefined;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    last = chunk;
  }
  match(text, /^You asked: /);
  equal(last?.usage?.completion_tokens, 40);
  const { farthing } = last as unknown as { farthing: { credits: string } };
  equal(farthing.credits, `${priceOf(last!.usage!)}`);
  await hasPaid(world, person, [last!.usage!]);
  await proven(world);
});

Deno.test("T28: a stream that the SDK aborts is charged whole, and its key replays the answer", async () => {
  const person = await signUpWith(world, "1000");
  const client = sdkOf(world, person);
  const { name, content } = promptOf("[tokens:60] [pace:20]");
  const body = { ...chatOf(content), stream: true } as const;
  const headers = { "Idempotency-Key": crypto.randomUUID() };
  const caller = new AbortController();
  let pieces = 0;
  const stream = await client.chat.completions.create(body, { headers, signal: caller.signal });
  for await (const _ of stream) if (++pieces === 3) caller.abort();
  ok(pieces < 60);
  const [call, ...others] = await endedRequestsWith(world, name);
  deepEqual([call?.billed?.completion_tokens, call?.aborted, others.length], [60, false, 0]);
  await hasPaid(world, person, [call!.billed!]);

  const { data, response } = await client.chat.completions.create(body, { headers })
    .withResponse();
  let text = "";
  for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? "";
  equal(response.headers.get("idempotency-replayed"), "true");
  match(text, /^You asked: /);
  equal((await requestsWith(world, name)).length, 1);
  await hasPaid(world, person, [call!.billed!]);
  await proven(world);
});

const TOOLS: OpenAI.ChatCompletionTool[] = [{
  type: "function",
  function: {
    name: "look_up",
    description: "Looks a coin up.",
    parameters: { type: "object", properties: { question: { type: "string" } } },
  },
}];

for (const stream of [false, true]) {
  Deno.test(`the SDK calls a tool and sends its result, ${stream ? "streamed" : "whole"}`, async () => {
    const person = await signUpWith(world, "1000");
    const { completions } = sdkOf(world, person).chat;
    const first = { ...chatOf(promptOf("[tokens:12]").content), tools: TOOLS };
    const ask = (messages: OpenAI.ChatCompletionMessageParam[]) => {
      const body = { ...first, messages };
      return stream
        ? completions.stream({ ...body, stream_options: { include_usage: true } })
          .finalChatCompletion()
        : completions.create(body);
    };
    const called = await ask(first.messages);
    const [choice] = called.choices;
    const [call] = choice!.message.tool_calls ?? [];
    ok(call?.type === "function");
    deepEqual([call.function.name, choice?.finish_reason], ["look_up", "tool_calls"]);
    match(JSON.parse(call.function.arguments).question, /farthing worth/);
    const result = { role: "tool" as const, tool_call_id: call.id, content: "A quarter penny." };
    const answered = await ask([...first.messages, choice!.message, result]);
    equal(answered.choices[0]?.finish_reason, "stop");
    match(answered.choices[0]?.message.content ?? "", /^You asked/);
    await hasPaid(world, person, [called.usage!, answered.usage!]);
    await proven(world);
  });
}

Deno.test("without credits the SDK throws 402 before a model is asked", async () => {
  const person = await signUp(world);
  const client = sdkOf(world, person, { maxRetries: 2 });
  const { name, content } = promptOf("");
  for (const stream of [false, true]) {
    const error = await failureOf(client.chat.completions.create({ ...chatOf(content), stream }));
    ok(error instanceof OpenAI.APIError);
    deepEqual([error.status, error.code, error.type], [
      402,
      "insufficient_credits",
      "insufficient_quota",
    ]);
    const { details } = error.error as { details: Record<string, string> };
    deepEqual([details["limit"], details["available"]], ["balance", "0"]);
  }
  equal((await requestsWith(world, name)).length, 0);
});

Deno.test("beyond the limit of chats the SDK throws 429, with Retry-After", async () => {
  const client = sdkOf(world, await signUp(world));
  const refused = { ...chatOf("x"), n: 2 };
  let error = await failureOf(client.chat.completions.create(refused));
  for (let asked = 1; asked < 21; asked++) {
    ok(error instanceof OpenAI.BadRequestError, String(error));
    equal(error.param, "n");
    error = await failureOf(client.chat.completions.create(refused));
  }
  ok(error instanceof OpenAI.RateLimitError, String(error));
  equal(error.headers.get("x-ratelimit-limit-requests"), "20");
  equal(error.headers.get("x-ratelimit-remaining-requests"), "0");
  ok(Number(error.headers.get("retry-after")) >= 1);
});

Deno.test("the SDK's own retries after a failing provider cost nothing more", async () => {
  const person = await signUpWith(world, "1000");
  // The functions call the provider at most three times, and the first three calls fail. The SDK's
  // first request therefore fails. The SDK repeats the request, and the repeat succeeds.
  const { name, content } = promptOf(`[fail:503x3:${crypto.randomUUID()}] [tokens:20]`);
  const { usage } = await sdkOf(world, person, { maxRetries: 2 }).chat.completions
    .create(chatOf(content));
  const calls = await endedRequestsWith(world, name);
  deepEqual(calls.map(({ status }) => status), [503, 503, 503, 200]);
  await hasPaid(world, person, [usage!]);
  await proven(world);
});

Deno.test("a request without a key is served and charged anew, and with a key once", async () => {
  const person = await signUpWith(world, "1000");
  const { completions } = sdkOf(world, person).chat;
  const { content } = promptOf("[tokens:20]");
  const twice = [
    await completions.create(chatOf(content)),
    await completions.create(chatOf(content)),
  ];
  const headers = { "Idempotency-Key": crypto.randomUUID() };
  const once = await completions.create(chatOf(content), { headers });
  const again = await completions.create(chatOf(content), { headers });
  deepEqual([again.id, again.choices], [once.id, once.choices]);
  await hasPaid(world, person, [...twice, once].map(({ usage }) => usage!));
  await proven(world);
});

Deno.test("a back end's secret key is the SDK's key, and user pays", async () => {
  const person = await signUpWith(world, "1000");
  const { completions } = sdkOf(world, person, { apiKey: world.secretKey }).chat;
  const body = chatOf(promptOf("[tokens:20]").content);
  const { usage } = await completions.create({ ...body, user: person.id });
  await hasPaid(world, person, [usage!]);
  const error = await failureOf(completions.create(body));
  ok(error instanceof OpenAI.BadRequestError);
  equal(error.param, "user");
  const unknown = await failureOf(completions.create({ ...body, user: crypto.randomUUID() }));
  ok(unknown instanceof OpenAI.NotFoundError);
  await proven(world);
});
