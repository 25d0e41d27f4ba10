/** The AI SDK's provider for OpenAI-compatible APIs, unmodified, as `generateText` calls it. */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { endedRequestsWith, promptOf, requestsWith } from "../../support/work/chat.ts";
import { proven } from "../../support/project/database.ts";
import { type Person, signUp, signUpWith } from "../../support/project/people.ts";
import { readWorld } from "../../support/project/world.ts";
import { failureOf, hasPaid } from "./sdk.ts";

const world = readWorld();

function modelOf({ token }: Person) {
  const baseURL = `${world.url}/functions/v1/ai/v1`;
  return createOpenAICompatible({ name: "farthing", baseURL, apiKey: token, includeUsage: true })(
    "gpt-4o",
  );
}

const optionsOf = (text: string) => ({
  prompt: [{ role: "user" as const, content: [{ type: "text" as const, text }] }],
  maxOutputTokens: 500,
  temperature: 0.7,
});

Deno.test("the AI SDK generates a text, which is charged by its usage", async () => {
  const person = await signUpWith(world, "1000");
  const { name, content } = promptOf("[tokens:30]");
  const { content: [part], usage, finishReason, response } = await modelOf(person)
    .doGenerate(optionsOf(content));
  ok(part?.type === "text");
  match(part.text, /^You asked: /);
  deepEqual([usage.outputTokens.total, finishReason.unified], [30, "stop"]);
  ok(response?.headers?.["farthing-balance"]);
  const [call] = await endedRequestsWith(world, name);
  await hasPaid(world, person, [call!.billed!]);
  await proven(world);
});

const TOOLS = [{
  type: "function" as const,
  name: "look_up",
  description: "Looks a coin up.",
  inputSchema: { type: "object" as const, properties: { question: { type: "string" as const } } },
}];

Deno.test("the AI SDK streams a tool call, and then the answer to its result", async () => {
  const person = await signUpWith(world, "1000");
  const model = modelOf(person);
  const { name, content } = promptOf("[tokens:30]");
  const options = { ...optionsOf(content), tools: TOOLS };
  const { stream } = await model.doStream(options);
  const parts = await Array.fromAsync(stream);
  const call = parts.find((part) => part.type === "tool-call");
  ok(call?.type === "tool-call");
  equal(call.toolName, "look_up");
  match(JSON.parse(call.input).question, /farthing worth/);
  const end = parts.at(-1);
  ok(end?.type === "finish");
  equal(end.finishReason.unified, "tool-calls");

  const { toolCallId, toolName } = call;
  const output = { type: "text" as const, value: "A quarter penny." };
  const said = { type: "tool-call" as const, toolCallId, toolName, input: JSON.parse(call.input) };
  const result = { type: "tool-result" as const, toolCallId, toolName, output };
  const answered = await model.doGenerate({
    ...options,
    prompt: [
      ...options.prompt,
      { role: "assistant", content: [said] },
      { role: "tool", content: [result] },
    ],
  });
  equal(answered.finishReason.unified, "stop");
  const calls = await endedRequestsWith(world, name);
  equal(calls.length, 2);
  equal(end.usage.outputTokens.total, calls[0]?.billed?.completion_tokens);
  await hasPaid(world, person, calls.map(({ billed }) => billed!));
  await proven(world);
});

Deno.test("T28: a text that the AI SDK aborts is charged whole", async () => {
  const person = await signUpWith(world, "1000");
  const { name, content } = promptOf("[tokens:60] [pace:20]");
  const caller = new AbortController();
  const { stream } = await modelOf(person).doStream({
    ...optionsOf(content),
    abortSignal: caller.signal,
  });
  const reading = (async () => {
    for await (const { type } of stream) if (type === "text-delta") caller.abort();
  })();
  await reading.catch(() => {});
  const [call] = await endedRequestsWith(world, name);
  equal(call?.billed?.completion_tokens, 60);
  await hasPaid(world, person, [call!.billed!]);
  await proven(world);
});

Deno.test("without credits the AI SDK throws 402, which it does not repeat", async () => {
  const { name, content } = promptOf("");
  const error = await failureOf(modelOf(await signUp(world)).doGenerate(optionsOf(content)));
  equal(error.name, "AI_APICallError");
  const { statusCode, isRetryable } = error as Error & Record<string, unknown>;
  deepEqual([statusCode, isRetryable], [402, false]);
  match(error.message, /Not enough credits/);
  equal((await requestsWith(world, name)).length, 0);
});
