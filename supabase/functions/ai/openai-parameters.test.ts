import assert from "node:assert/strict";
import type { Ai, AiRequest } from "../_shared/adapters/ai/ai.ts";
import { PASSED_ON } from "../_shared/contracts/openai.ts";
import { UNASKED } from "#support/fakes/ai.ts";
import { MESSAGES } from "#support/fakes/openai-sdk.ts";
import { makeFake } from "#support/fakes/services.ts";
import { USER_ID } from "#support/project.ts";
import { send } from "#support/cases/routes.ts";

const CHAT = { model: "gpt-4o", messages: MESSAGES };
const PATH = "/ai/v1/chat/completions";

/** A sample value of each parameter that is passed on to the model's provider. */
const PARAMETERS: Record<typeof PASSED_ON[number], unknown> = {
  frequency_penalty: 0.5,
  logit_bias: { "1734": -100 },
  parallel_tool_calls: false,
  presence_penalty: -0.5,
  prompt_cache_key: "cache-1",
  reasoning_effort: "low",
  response_format: {
    type: "json_schema",
    json_schema: { name: "coin", schema: { type: "object" } },
  },
  safety_identifier: "hash-1",
  seed: 7,
  stop: ["END"],
  temperature: 0.7,
  tool_choice: "auto",
  tools: [{ type: "function", function: { name: "look_up", parameters: { type: "object" } } }],
  top_p: 0.9,
  verbosity: "low",
};

/** Sends a body, and returns the request that the model received. */
async function askedWith(body: Record<string, unknown>): Promise<AiRequest> {
  const asked: AiRequest[] = [];
  const complete: Ai["complete"] = (request) => {
    asked.push(request);
    const usage = { input_tokens: 1, output_tokens: 1 };
    return Promise.resolve({ text: "ok", finishReason: "stop", usage });
  };
  const answer = await send(await makeFake({ ai: { complete } }), "POST", PATH, {
    as: "user",
    body: { ...CHAT, ...body },
  });
  assert.equal(answer.status, 200, await answer.text());
  return asked[0]!;
}

Deno.test("parameters of the list reach the provider, and null means none", async () => {
  assert.deepEqual((await askedWith(PARAMETERS)).parameters, PARAMETERS);
  const names = [...PASSED_ON, "n", "store", "stream", "stream_options", "metadata", "user"];
  const nulls = Object.fromEntries(names.map((name) => [name, null]));
  assert.deepEqual((await askedWith(nulls)).parameters, {});
  const defaults = {
    n: 1,
    store: false,
    service_tier: "auto",
    modalities: ["text"],
    user: USER_ID,
  };
  assert.deepEqual((await askedWith(defaults)).parameters, {});
});

Deno.test("max_tokens is the older name of max_completion_tokens", async () => {
  assert.equal((await askedWith({})).maxOutputTokens, 1_024);
  assert.equal((await askedWith({ max_tokens: 7 })).maxOutputTokens, 7);
  assert.equal((await askedWith({ max_completion_tokens: 8 })).maxOutputTokens, 8);
  assert.equal((await askedWith({ max_tokens: 9, max_completion_tokens: 9 })).maxOutputTokens, 9);
});

Deno.test("messages of every role reach the provider, and text parts stay parts", async () => {
  const tool_calls = [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }];
  const parsed = tool_calls.map((call) => ({
    ...call,
    function: { ...call.function, parsed_arguments: {} },
  }));
  const { messages } = await askedWith({
    messages: [
      { role: "developer", content: "Be brief." },
      {
        role: "user",
        name: "Ada",
        content: [{ type: "text", text: "a" }, { type: "text", text: "b" }],
      },
      {
        role: "assistant",
        content: null,
        refusal: null,
        annotations: [],
        parsed: null,
        tool_calls: parsed,
      },
      { role: "tool", tool_call_id: "call_1", content: "" },
    ],
  });
  assert.deepEqual(messages, [
    { role: "developer", content: "Be brief." },
    { role: "user", content: "a\nb", parts: ["a", "b"], name: "Ada" },
    { role: "assistant", content: "", tool_calls },
    { role: "tool", content: "", tool_call_id: "call_1" },
  ]);
});

Deno.test("a message as Python's SDK dumps it is sent back, and so is a tool's name", async () => {
  const dumped = {
    role: "assistant",
    refusal: null,
    annotations: null,
    audio: null,
    function_call: null,
  };
  const tool_calls = [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }];
  const { messages } = await askedWith({
    messages: [
      { ...dumped, content: "Yes?", tool_calls: null },
      { ...dumped, content: null, tool_calls },
      { role: "tool", name: "f", tool_call_id: "call_1", content: "x" },
    ],
  });
  assert.deepEqual(messages, [
    { role: "assistant", content: "Yes?" },
    { role: "assistant", content: "", tool_calls },
    { role: "tool", content: "x", tool_call_id: "call_1" },
  ]);
});

const IMAGE = { type: "image_url", image_url: { url: "https://example.com/a.png" } };

/** Requests that are refused, each with the parameter that the error names. */
const REFUSED: readonly [Record<string, unknown>, string][] = [
  [{ messages: [{ role: "user", content: [IMAGE] }] }, "messages[0].content"],
  [{ messages: [{ role: "function", content: "x" }] }, "messages[0].role"],
  [{ n: 2 }, "n"],
  [{ store: true }, "store"],
  [{ metadata: { order: "1" } }, "metadata"],
  [{ logprobs: true }, "logprobs"],
  [{ modalities: ["audio"] }, "modalities[0]"],
  [{ service_tier: "priority" }, "service_tier"],
  [{ web_search_options: {} }, "web_search_options"],
  [{ functions: [] }, "functions"],
  [{ tools: [{ type: "web_search" }] }, "tools[0].type"],
  [{ top_k: 4 }, "top_k"],
  [{ max_tokens: 4, max_completion_tokens: 5 }, "max_tokens"],
  [{ max_tokens: 4_097 }, "max_tokens"],
  [{ max_completion_tokens: 4_097 }, "max_completion_tokens"],
  [{ temperature: 3 }, "temperature"],
];

for (const [change, param] of REFUSED) {
  Deno.test(`${JSON.stringify(change).slice(0, 60)} is refused by its name, ${param}`, async () => {
    const fake = await makeFake({ ai: UNASKED });
    const answer = await send(fake, "POST", PATH, { as: "user", body: { ...CHAT, ...change } });
    const { error } = await answer.json();
    assert.deepEqual([answer.status, error.param, error.type], [
      400,
      param,
      "invalid_request_error",
    ]);
    assert.deepEqual(fake.names(), []);
    if (param === "messages[0].content") assert.match(error.message, /images/);
  });
}
