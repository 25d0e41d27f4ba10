import assert from "node:assert/strict";
import type { ErrorCode } from "../../core/errors.ts";
import {
  COMPLETION,
  MESSAGES,
  type ProviderAnswer,
  refusalOf,
  REQUEST,
  type Seen,
  withProvider,
} from "#support/fakes/provider.ts";
import { createAi } from "./openai.ts";

Deno.test("an answer has its usage in disjoint kinds", async () => {
  await withProvider(() => Response.json(COMPLETION), async (options, seen) => {
    const completion = await createAi(options).complete(REQUEST);
    assert.deepEqual(completion, {
      text: "Granted.",
      finishReason: "stop",
      usage: {
        input_tokens: 60,
        cached_input_tokens: 40,
        output_tokens: 30,
        reasoning_tokens: 20,
      },
    });
    assert.equal(seen[0]?.authorization, "Bearer sk-none");
    assert.deepEqual(seen[0]?.body, {
      model: "gpt-4o",
      messages: MESSAGES,
      max_completion_tokens: 100,
    });
  });
});

Deno.test("an answer without usage is counted here", async () => {
  const { usage: _, ...bare } = COMPLETION;
  await withProvider(() => Response.json(bare), async (options) => {
    const ai = createAi(options);
    const { usage } = await ai.complete(REQUEST);
    assert.deepEqual(usage, {
      input_tokens: await ai.countTokens("gpt-4o", MESSAGES),
      output_tokens: await ai.countText("gpt-4o", "Granted."),
    });
  });
});

Deno.test("an answer of reasoning alone is valid", async () => {
  const message = { role: "assistant", content: null };
  const answer = { ...COMPLETION, choices: [{ index: 0, message, finish_reason: "length" }] };
  await withProvider(() => Response.json(answer), async (options) => {
    const { text, finishReason } = await createAi(options).complete(REQUEST);
    assert.deepEqual([text, finishReason], ["", "length"]);
  });
});

function saying(content: unknown, more: Record<string, unknown> = {}) {
  const message = { role: "assistant", content };
  return { ...COMPLETION, choices: [{ index: 0, message, finish_reason: "stop", ...more }] };
}

const NO_ANSWERS: readonly [string, Response][] = [
  ["a text in parts", Response.json(saying([{ type: "text", text: "Granted." }]))],
  ["a number", Response.json(saying(7))],
  ["no choices", Response.json({ ...COMPLETION, choices: [] })],
  ["a choice without a message", Response.json({ ...COMPLETION, choices: [{}] })],
  ["another object", Response.json({ message: "not here" })],
  ["no JSON", new Response("<html>", { headers: { "content-type": "text/html" } })],
  ["broken JSON", new Response("{", { headers: { "content-type": "application/json" } })],
];

for (const [name, response] of NO_ANSWERS) {
  Deno.test(`${name} is not an answer`, async () => {
    await withProvider(() => response.clone(), async (options) => {
      const error = await refusalOf(createAi(options).complete(REQUEST));
      assert.deepEqual([error.code, error.status], ["upstream_unavailable", 502]);
    });
  });
}

Deno.test("an answer without end is refused, and its connection is closed", async () => {
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const mb = new Uint8Array(1024 * 1024).fill(0x20);
  const endless = () =>
    new Response(
      new ReadableStream({ pull: (controller) => controller.enqueue(mb), cancel: () => leave() }),
      { headers: { "content-type": "application/json" } },
    );
  await withProvider(endless, async (options) => {
    const error = await refusalOf(createAi(options).complete(REQUEST));
    assert.deepEqual([error.code, error.status], ["upstream_unavailable", 502]);
    assert.equal(error.internal, "ai: the answer is too long");
    await left;
  });
});

Deno.test("impossible usage is counted here, and never above twice the requested output", async () => {
  const usage = { ...COMPLETION.usage, completion_tokens: 900_000_000 };
  const finish_reason = { reason: "stop" };
  for (const [text, output_tokens] of [["Granted.", 2], [" word".repeat(5_000), 264]] as const) {
    const answer = { ...saying(text, { finish_reason }), usage };
    await withProvider(() => Response.json(answer), async (options) => {
      const ai = createAi(options);
      assert.deepEqual(await ai.complete(REQUEST), {
        text,
        finishReason: "unknown",
        usage: { input_tokens: await ai.countTokens("gpt-4o", MESSAGES), output_tokens },
      });
    });
  }
});

function failing(
  status: number,
  code?: string,
  headers: Record<string, string> = {},
): ProviderAnswer {
  const error = { message: "you said: a secret wish", type: "some_error", code };
  return () => Response.json({ error }, { status, headers });
}

/**
 * Each case: the provider's status and error code, our error code and status, and the number of
 * attempts.
 */
const REFUSALS: readonly [number, string | undefined, ErrorCode, number, number][] = [
  [400, undefined, "upstream_unavailable", 502, 1],
  [400, "context_length_exceeded", "invalid_request", 400, 1],
  [400, "content_filter", "invalid_request", 400, 1],
  [400, "invalid_prompt", "invalid_request", 400, 1],
  [401, "invalid_api_key", "upstream_unavailable", 502, 1],
  [404, "model_not_found", "unknown_model", 422, 1],
  [408, undefined, "request_timeout", 408, 1],
  [429, "rate_limit_exceeded", "upstream_unavailable", 502, 3],
  [500, undefined, "upstream_unavailable", 502, 3],
  [503, undefined, "upstream_unavailable", 502, 3],
];

for (const [answered, providerCode, code, status, times] of REFUSALS) {
  Deno.test(`a ${answered} ${providerCode ?? ""} is ${code}, asked ${times} times`, async () => {
    await withProvider(failing(answered, providerCode), async (options, seen) => {
      const error = await refusalOf(createAi(options).complete(REQUEST));
      assert.deepEqual([error.code, error.status], [code, status]);
      assert.equal(seen.length, times);
      for (const text of [error.message, error.internal, Deno.inspect(error)]) {
        assert(!text?.includes("wish"), `the prompt is in: ${text}`);
      }
      assert.match(error.internal ?? "", new RegExp(`${answered}.*some_error`));
    });
  });
}

Deno.test("a provider's quote of the prompt in place of a code is not repeated", async () => {
  const said = "a secret wish";
  const error = { message: said, type: said, code: said, param: said };
  const refuse = () => Response.json({ error }, { status: 400, headers: { "x-request-id": said } });
  await withProvider(refuse, async (options) => {
    const refusal = await refusalOf(createAi(options).complete(REQUEST));
    assert.equal(refusal.internal, "ai: Error 400");
  });
});

Deno.test("a provider with Retry-After is asked again at that time and not before", async () => {
  const busy = failing(429, undefined, { "retry-after": "1" });
  const answer: ProviderAnswer = (seen, index) =>
    index === 0 ? busy(seen, 0) : Response.json(COMPLETION);
  await withProvider(answer, async (options, seen) => {
    assert.equal((await createAi(options).complete(REQUEST)).text, "Granted.");
    assert(seen[1]!.atMs - seen[0]!.atMs >= 990, "asked too early");
  });
});

Deno.test("a long Retry-After of the provider is not waited for, and is passed to the caller", async () => {
  await withProvider(failing(503, undefined, { "retry-after": "30" }), async (options, seen) => {
    const error = await refusalOf(createAi(options).complete(REQUEST));
    assert.deepEqual([error.status, error.retryAfterSeconds], [502, 30]);
    assert.equal(seen.length, 1);
  });
});

Deno.test("a provider that is down is not asked again, and bad prompts do not open the breaker", async () => {
  let answer = failing(400);
  await withProvider((seen, index) => answer(seen, index), async (options, seen) => {
    const ai = createAi(options);
    for (let count = 0; count < 6; count++) await refusalOf(ai.complete(REQUEST));
    assert.equal(seen.length, 6);
    answer = failing(500);
    await refusalOf(ai.complete(REQUEST));
    await refusalOf(ai.complete(REQUEST));
    assert.equal(seen.length, 6 + 5);
    const error = await refusalOf(ai.complete(REQUEST));
    assert.deepEqual([error.code, error.status], ["upstream_unavailable", 503]);
    assert.equal(seen.length, 6 + 5);
  });
});

Deno.test("a provider that cannot be reached is answered with 503", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const baseUrl = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const models = new Map([["gpt-4o", 1]]);
  const ai = createAi({ baseUrl, apiKey: "k", models, researchModel: "gpt-4o" });
  const error = await refusalOf(ai.complete(REQUEST));
  assert.deepEqual([error.code, error.status], ["upstream_unavailable", 503]);
});

async function hanging({ over }: Seen): Promise<Response> {
  await over;
  return new Response();
}

Deno.test("a hanging provider is answered with request_timeout and not asked twice", async () => {
  await withProvider(hanging, async (options, seen) => {
    const limits = { completeMs: 1_000, streamMs: 1_000 };
    const ai = createAi({ ...options, limits });
    assert.equal((await refusalOf(ai.complete(REQUEST))).code, "request_timeout");
    assert.equal((await refusalOf(ai.stream(REQUEST))).code, "request_timeout");
    assert.equal(seen.length, 2);
  });
});

Deno.test("a caller's abort ends the call with its reason", async () => {
  await withProvider(hanging, async (options, seen) => {
    for (const how of ["complete", "stream"] as const) {
      const controller = new AbortController();
      const call = createAi(options)[how]({ ...REQUEST, signal: controller.signal });
      const reason = new Error("gone");
      const arrived = seen.length;
      const timer = setInterval(() => seen.length > arrived && controller.abort(reason), 5);
      await assert.rejects(call, reason);
      clearInterval(timer);
    }
  });
});

Deno.test("a model that is not offered is refused without a request", () => {
  const models = new Map([["gpt-4o", 16_384]]);
  const ai = createAi({
    baseUrl: "http://127.0.0.1:9",
    apiKey: "k",
    models,
    researchModel: "gpt-4o",
  });
  assert.equal(ai.maxOutputTokens("gpt-4o"), 16_384);
  assert.throws(() => ai.maxOutputTokens("gpt-3"), { code: "unknown_model" });
});

Deno.test("a message is sent with its parts, its name and its tool calls", async () => {
  const tool_calls = [{
    id: "call_1",
    type: "function" as const,
    function: { name: "look_up", arguments: "{}" },
  }];
  const message = { role: "assistant", content: null, tool_calls };
  const answer = { ...COMPLETION, choices: [{ index: 0, message, finish_reason: "tool_calls" }] };
  await withProvider(() => Response.json(answer), async (options, seen) => {
    const parameters = { tools: [{ type: "function", function: { name: "look_up" } }] };
    const { toolCalls, text } = await createAi(options).complete({
      ...REQUEST,
      parameters,
      messages: [
        { role: "user", name: "Ada", content: "a\nb", parts: ["a", "b"] },
        { role: "assistant", content: "", tool_calls },
        { role: "tool", content: "1", tool_call_id: "call_1" },
      ],
    });
    assert.deepEqual([toolCalls, text], [tool_calls, ""]);
    assert.deepEqual(seen[0]?.body.messages, [
      {
        role: "user",
        name: "Ada",
        content: [{ type: "text", text: "a" }, { type: "text", text: "b" }],
      },
      { role: "assistant", content: null, tool_calls },
      { role: "tool", content: "1", tool_call_id: "call_1" },
    ]);
  });
});

for (
  const [param, field] of [
    ["temperature", "temperature"],
    ["tools[0].function.parameters", "tools"],
    ["messages", "messages"],
    ["messages.[1].role", "messages"],
  ]
) {
  Deno.test(`a refused ${param} is the caller's mistake, by its name`, async () => {
    const error = { message: "a secret wish", param, code: "unsupported_value" };
    await withProvider(() => Response.json({ error }, { status: 400 }), async (options, seen) => {
      const ai = createAi(options);
      for (const ask of [ai.complete, ai.stream]) {
        const refused = await refusalOf(ask(REQUEST));
        assert.deepEqual([refused.code, refused.body.field], ["invalid_request", field]);
        assert(!refused.message.includes("secret"));
      }
      assert.equal(seen.length, 2);
    });
  });
}
