/**
 * Tests the AI SDK's retries, agents that take several steps, and an app's callbacks that throw.
 */
import { APICallError } from "@ai-sdk/provider";
import { deepEqual, equal, rejects } from "node:assert/strict";
import { generateText, isStepCount, jsonSchema, streamText } from "../testing/ai-sdk.ts";
import { type Ending, testEndings } from "../testing/ending.ts";
import { finish, type Scene, text, usageOf } from "../testing/scene.ts";
import type { GenerateResult, StreamResult } from "./types.ts";

const prompt = "Hello";

const said = (output: number): GenerateResult => ({
  content: [{ type: "text", text: "Four coins." }],
  finishReason: { unified: "stop", raw: "stop" },
  usage: usageOf(7, output),
  warnings: [],
});

const called = (output: number): GenerateResult => ({
  ...said(output),
  content: [{ type: "tool-call", toolCallId: "c", toolName: "look_up", input: '{"coin":1}' }],
  finishReason: { unified: "tool-calls", raw: "tool_calls" },
});

/**
 * The error of an overloaded model provider. The header `retry-after-ms` allows the next attempt at
 * once.
 */
const overloaded = () =>
  new APICallError({
    ...{ message: "overloaded", url: "https://provider.test", requestBodyValues: {} },
    ...{ statusCode: 503, isRetryable: true, responseHeaders: { "retry-after-ms": "0" } },
  });

/**
 * Makes the model answer its calls with these results, in this order. Returns a function that
 * returns the number of calls so far.
 */
function answers(scene: Scene, results: readonly (GenerateResult | Error)[]): () => number {
  let next = 0;
  scene.model.doGenerate = () => {
    const result = results[next++]!;
    return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
  };
  return () => next;
}

const tools = {
  look_up: {
    inputSchema: jsonSchema({ type: "object", properties: { coin: { type: "number" } } }),
    execute: () => "a farthing",
  },
};
const agent = { prompt, tools, stopWhen: isStepCount(5) };

const retries: Ending[] = [
  {
    name: "a retry of the SDK holds again, and only the attempt that answers is charged",
    async play(scene) {
      answers(scene, [overloaded(), overloaded(), said(5)]);
      await generateText({ model: scene.wrapped, prompt, maxRetries: 2 });
      deepEqual(scene.settlements, ["free", "free", "settled"]);
    },
    charged: 12,
  },
  {
    name: "retries that all fail are free",
    async play(scene) {
      answers(scene, [overloaded(), overloaded()]);
      await rejects(generateText({ model: scene.wrapped, prompt, maxRetries: 1 }));
      deepEqual(scene.settlements, ["free", "free"]);
    },
    charged: null,
  },
  {
    name: "a stream that fails after its first text is charged once, and not repeated",
    async play(scene) {
      const { textStream } = streamText({ model: scene.wrapped, prompt, onError: () => {} });
      const reader = textStream.getReader();
      const first = reader.read();
      await scene.accepted;
      scene.write({ type: "stream-start", warnings: [] }, { type: "text-start", id: "1" });
      scene.write(text("Four coins."));
      equal((await first).value, "Four coins.");
      scene.answer.error(overloaded());
      await reader.read().catch(() => {});
      await scene.rest();
      equal(scene.model.doStreamCalls.length, 1);
    },
    charged: 14,
  },
];

const steps: Ending[] = [
  {
    name: "each step of an agent is charged by itself, and has its own price",
    async play(scene) {
      answers(scene, [called(5), called(6), said(7)]);
      const { steps } = await generateText({ ...agent, model: scene.wrapped });
      const prices = steps.map(({ providerMetadata }) => providerMetadata?.farthing?.credits);
      deepEqual(prices, ["12", "13", "14"]);
    },
    charged: [12, 13, 14],
  },
  {
    name: "an agent whose credits run out ends with the 402, and has paid the steps before it",
    options: { balance: 160 },
    async play(scene) {
      const asked = answers(scene, [called(50), said(5)]);
      const { wrapped: model } = scene;
      await rejects(generateText({ ...agent, model }), { code: "insufficient_credits" });
      equal(asked(), 1, "the model is asked once");
    },
    charged: 57,
  },
];

/** Makes the model stream a whole answer at once. */
function streamsAtOnce(scene: Scene): void {
  const parts = [
    { type: "stream-start" as const, warnings: [] },
    { type: "text-start" as const, id: "1" },
    ...[text("Four"), text(" coins."), { type: "text-end" as const, id: "1" }],
    finish(usageOf(7, 5)),
  ];
  const stream: StreamResult["stream"] = ReadableStream.from(parts);
  scene.model.doStream = () => Promise.resolve({ stream });
}

const callbacks = (["onChunk", "onEnd"] as const).map((name): Ending => ({
  name: `a stream whose ${name} throws is charged the whole answer, once`,
  async play(scene) {
    streamsAtOnce(scene);
    const fails = () => {
      throw new Error("the app's own mistake");
    };
    const call = { model: scene.wrapped, prompt, onError: () => {}, [name]: fails };
    await Array.fromAsync(streamText(call).textStream).catch(() => []);
    await scene.rest();
  },
  charged: 12,
}));

testEndings([...retries, ...steps, ...callbacks]);
