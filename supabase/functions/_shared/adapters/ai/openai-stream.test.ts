import assert from "node:assert/strict";
import {
  COMPLETION,
  MESSAGES,
  type ProviderAnswer,
  refusalOf,
  REQUEST,
  withProvider,
} from "#support/fakes/provider.ts";
import { withFakeTime } from "#support/fakes/time.ts";
import type { AiPiece } from "./ai.ts";
import { joinCalls } from "./answer-parts.ts";
import { type AiOptions, createAi } from "./openai.ts";

async function collect(pieces: AsyncIterable<AiPiece>): Promise<AiPiece[]> {
  const all: AiPiece[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

function chunk(delta: Record<string, unknown>, more: Record<string, unknown> = {}) {
  return { id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta, ...more }] };
}

const STOP = chunk({}, { finish_reason: "stop" });
const LAST = { id: "c", choices: [], usage: COMPLETION.usage };

function sse(...events: unknown[]): Response {
  const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  return new Response(`${text}data: [DONE]\n\n`, {
    headers: { "content-type": "text/event-stream" },
  });
}

Deno.test("a stream yields its pieces, then its end with the usage", async () => {
  const hello = [chunk({ role: "assistant", content: "" }), chunk({ content: "Gran" })];
  const answer = () => sse(...hello, chunk({ content: "ted." }), STOP, LAST);
  await withProvider(answer, async (options, seen) => {
    const pieces = await collect(await createAi(options).stream(REQUEST));
    assert.deepEqual(pieces, [
      { kind: "delta", text: "Gran" },
      { kind: "delta", text: "ted." },
      {
        kind: "end",
        finishReason: "stop",
        usage: {
          input_tokens: 60,
          cached_input_tokens: 40,
          output_tokens: 30,
          reasoning_tokens: 20,
        },
      },
    ]);
    assert.equal(seen[0]?.body.stream, true);
    assert.deepEqual(seen[0]?.body.stream_options, { include_usage: true });
  });
});

Deno.test("a stream without usage is counted here", async () => {
  await withProvider(() => sse(chunk({ content: "Granted." }), STOP), async (options) => {
    const ai = createAi(options);
    const end = (await collect(await ai.stream(REQUEST))).at(-1);
    const output_tokens = await ai.countText("gpt-4o", "Granted.");
    const input_tokens = await ai.countTokens("gpt-4o", MESSAGES);
    assert.deepEqual(end, {
      kind: "end",
      finishReason: "stop",
      usage: { input_tokens, output_tokens },
    });
  });
});

Deno.test({
  name: "a stream that is left at its end leaves no timer behind",
  // Fails the test if one of its asynchronous operations is still running when the test ends.
  sanitizeOps: true,
  async fn() {
    const answer = () => sse(chunk({ content: "Granted." }), STOP, LAST);
    await withProvider(answer, async (options) => {
      const pieces = (await createAi(options).stream(REQUEST))[Symbol.asyncIterator]();
      await pieces.next();
      assert.equal((await pieces.next()).value?.kind, "end");
      await pieces.return?.();
    });
  },
});

const BROKEN: readonly [string, () => Response][] = [
  ["is no text", () => sse(chunk({ content: "Gran" }), chunk({ content: [{ text: "ted" }] }))],
  ["ends without an end", () => sse(chunk({ content: "Gran" }))],
  ["says an error", () => sse(chunk({ content: "Gran" }), { error: { message: "a secret wish" } })],
  [
    "is no JSON",
    () =>
      new Response('data: {"choices":[{"delta":{"content":"Gran"}}]}\n\ndata: {a secret wish\n\n', {
        headers: { "content-type": "text/event-stream" },
      }),
  ],
];

for (const [name, answer] of BROKEN) {
  Deno.test(`a stream that ${name} has broken off`, async () => {
    await withProvider(answer, async (options) => {
      const pieces = (await createAi(options).stream(REQUEST))[Symbol.asyncIterator]();
      assert.deepEqual((await pieces.next()).value, { kind: "delta", text: "Gran" });
      const error = await refusalOf(pieces.next());
      assert.deepEqual([error.code, error.status], ["upstream_unavailable", 502]);
      assert(!Deno.inspect(error).includes("wish"));
    });
  });
}

/**
 * A provider that begins to stream, and then sends nothing more. It calls `left` when the reader
 * disconnects.
 */
function beginning(left: () => void = () => {}): ProviderAnswer {
  const text = `data: ${JSON.stringify(chunk({ content: "Gran" }))}\n\n`;
  return () => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
      cancel: left,
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
}

Deno.test("a stream that falls silent is request_timeout", async () => {
  await withProvider(beginning(), async (options) => {
    const ai = createAi({ ...options, limits: { silenceMs: 100 } });
    const error = await refusalOf(collect(await ai.stream(REQUEST)));
    assert.equal(error.code, "request_timeout");
  });
});

const LONGEST: readonly [string, number, AiOptions["limits"]][] = [
  ["be silent for 45 s", 45_000, {}],
  ["last for 130 s", 130_000, { silenceMs: 1e9 }],
];

for (const [name, ms, limits = {}] of LONGEST) {
  Deno.test(`a stream may ${name}, and no longer`, async () => {
    await withProvider(beginning(), (options) =>
      withFakeTime(async ({ advance }) => {
        const stream = await createAi({ ...options, limits }).stream(REQUEST);
        const pieces = stream[Symbol.asyncIterator]();
        await pieces.next();
        let isOver = false;
        const refused = refusalOf(pieces.next()).finally(() => isOver = true);
        await advance(ms - 1);
        assert(!isOver, "it ended before");
        await advance(1);
        assert.equal((await refused).code, "request_timeout");
      }));
  });
}

Deno.test("a caller's abort between two pieces ends the stream at the provider", async () => {
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  await withProvider(beginning(leave), async (options) => {
    const controller = new AbortController();
    const stream = await createAi(options).stream({ ...REQUEST, signal: controller.signal });
    const pieces = stream[Symbol.asyncIterator]();
    await pieces.next();
    const reason = new Error("gone");
    controller.abort(reason);
    await assert.rejects(pieces.next(), reason);
    await left;
  });
});

const TOOLS = { tools: [{ type: "function", function: { name: "look_up" } }] };

const CALL = chunk({
  tool_calls: [{
    index: 0,
    id: "call_1",
    type: "function",
    function: { name: "look_up", arguments: "{" },
  }],
});
const MORE = chunk({ tool_calls: [{ index: 0, function: { arguments: "}" } }] });

Deno.test("a tool call is part of the answer only if the request has tools", async () => {
  await withProvider(() => sse(CALL, MORE, STOP, LAST), async (options, seen) => {
    const ai = createAi(options);
    const asked = await collect(await ai.stream({ ...REQUEST, parameters: TOOLS }));
    assert.deepEqual(asked.slice(0, -1), [
      {
        kind: "call",
        text: "look_up{",
        calls: [{ index: 0, id: "call_1", name: "look_up", arguments: "{" }],
      },
      { kind: "call", text: "}", calls: [{ index: 0, arguments: "}" }] },
    ]);
    assert.deepEqual(seen[0]?.body.tools, TOOLS.tools);
    const unasked = await collect(await ai.stream(REQUEST));
    assert.deepEqual(unasked.slice(0, -1).map(({ kind }) => kind), ["hidden", "hidden"]);
  });
});

/** Streams that contain two tool calls, as different providers send them. */
const PARALLEL: readonly [string, Record<string, unknown>[]][] = [
  ["their indices", [
    { index: 0, id: "call_1", function: { name: "look_up", arguments: "" } },
    { index: 0, function: { arguments: "{}" } },
    { index: 1, id: "call_2", function: { name: "look_up", arguments: "" } },
    { index: 1, function: { arguments: "[]" } },
  ]],
  ["one index", [
    { index: 0, id: "call_1", function: { name: "look_up", arguments: "{}" } },
    { index: 0, id: "call_2", function: { name: "look_up", arguments: "[]" } },
  ]],
  ["no index, and an id and name that are empty or repeated", [
    { id: "call_1", function: { name: "look_up", arguments: "{" } },
    { id: "", function: { name: "", arguments: "}" } },
    { id: "call_2", function: { name: "look_up", arguments: "[" } },
    { id: "call_2", function: { name: "look_up", arguments: "]" } },
  ]],
];

for (const [how, parts] of PARALLEL) {
  Deno.test(`two tool calls with ${how} stay two`, async () => {
    const chunks = parts.map((part) => chunk({ tool_calls: [part] }));
    await withProvider(() => sse(...chunks, STOP, LAST), async (options) => {
      const request = { ...REQUEST, parameters: TOOLS };
      const pieces = await collect(await createAi(options).stream(request));
      const calls = pieces.flatMap((piece) => piece.kind === "call" ? piece.calls : []);
      assert.deepEqual(
        joinCalls(calls).map(({ id, function: { name, arguments: given } }) => [id, name, given]),
        [
          ["call_1", "look_up", "{}"],
          ["call_2", "look_up", "[]"],
        ],
      );
      assert.deepEqual([...new Set(calls.map(({ index }) => index))], [0, 1]);
    });
  });
}

Deno.test("tool calls are joined in the order of their indexes, not of their arrival", () => {
  const parts = [2, 0, 1].map((index) => ({
    index,
    id: `call_${index}`,
    name: "f",
    arguments: "",
  }));
  assert.deepEqual(joinCalls(parts).map(({ id }) => id), ["call_0", "call_1", "call_2"]);
});

Deno.test("a stream without usage counts its tool calls and reasoning, too", async () => {
  const answer = () => sse(chunk({ reasoning_content: "one two" }), CALL, MORE, STOP);
  await withProvider(answer, async (options) => {
    const ai = createAi(options);
    const end = (await collect(await ai.stream({ ...REQUEST, parameters: TOOLS }))).at(-1);
    assert(end?.kind === "end");
    assert.equal(end.usage.output_tokens, await ai.countText("gpt-4o", "one twolook_up{}"));
    assert.equal(end.usage.input_tokens, await ai.countTokens("gpt-4o", MESSAGES, TOOLS));
  });
});
