import assert from "node:assert/strict";
import type OpenAI from "openai";
import { ask, withAi } from "./harness.ts";

const TOOLS = ["look_up", "other"].map((name) => ({
  type: "function" as const,
  function: { name, parameters: { type: "object", properties: { question: { type: "string" } } } },
}));

const asked = { ...ask("Why is the sky blue? [tokens:9]"), tools: TOOLS };

Deno.test("a request with tools calls the first one, and its result is answered in words", async () => {
  await withAi(async ({ client }) => {
    const { choices: [choice], usage } = await client.chat.completions.create(asked);
    const [call] = choice?.message.tool_calls ?? [];
    assert(call?.type === "function");
    assert.equal(call.function.name, "look_up");
    assert.deepEqual(JSON.parse(call.function.arguments), { question: "Why is the sky blue?" });
    assert.deepEqual([choice?.finish_reason, choice?.message.content], ["tool_calls", null]);
    const without = await client.chat.completions.create(ask(asked.messages[0]!.content));
    assert((usage?.prompt_tokens ?? 0) > (without.usage?.prompt_tokens ?? 0) + 20);

    const result = { role: "tool" as const, tool_call_id: call.id, content: "It scatters." };
    const messages = [...asked.messages, choice!.message, result];
    const last = await client.chat.completions.create({ ...asked, messages });
    assert.equal(last.choices[0]?.finish_reason, "stop");
    assert.match(last.choices[0]?.message.content ?? "", /^You asked/);
    const none = await client.chat.completions.create({ ...asked, tool_choice: "none" });
    assert.equal(none.choices[0]?.message.tool_calls, undefined);
  });
});

Deno.test("a streamed tool call has its id and name first, and ends at the request's limit", async () => {
  await withAi(async ({ client }) => {
    const whole = await client.chat.completions.create(asked);
    const { choices: [choice] } = await client.chat.completions.stream(asked).finalChatCompletion();
    const argumentsOf = (choice: OpenAI.ChatCompletion.Choice | undefined) =>
      choice?.message.tool_calls?.map((call) =>
        call.type === "function" && call.function.arguments
      );
    assert.deepEqual(argumentsOf(choice), argumentsOf(whole.choices[0]));
    assert.match(choice?.message.tool_calls?.[0]?.id ?? "", /^call_/);
    const cut = await client.chat.completions.create({ ...asked, max_tokens: 3 });
    assert.deepEqual([cut.choices[0]?.finish_reason, cut.usage?.completion_tokens], ["length", 3]);
  });
});
