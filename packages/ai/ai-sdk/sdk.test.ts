/** Tests the middleware through the AI SDK's own functions, as an app calls them. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { FarthingError } from "@farthing/client/server";
import { generateText, streamText } from "../testing/ai-sdk.ts";
import { type Ending, testEndings } from "../testing/ending.ts";
import { finish, type Scene, text, usageOf } from "../testing/scene.ts";

const prompt = "Hello";
const begin = [{ type: "stream-start" as const, warnings: [] }, {
  type: "text-start" as const,
  id: "1",
}];
const end = [{ type: "text-end" as const, id: "1" }, finish(usageOf(7, 5))];

/** Begins to stream a text. The test writes its parts. */
async function streamed(scene: Scene, abortSignal?: AbortSignal) {
  const result = streamText({
    ...{ model: scene.wrapped, prompt, onError: () => {} },
    ...abortSignal && { abortSignal },
  });
  const { textStream } = result; // Each access to this property splits the stream again.
  const reader = textStream.getReader();
  const first = reader.read();
  await scene.accepted;
  scene.write(...begin, text("Four"));
  equal((await first).value, "Four");
  reader.releaseLock();
  return { result, textStream };
}

const endings: Ending[] = [
  {
    name: "generateText returns the text with its price",
    async play(scene) {
      scene.model.doGenerate = () =>
        Promise.resolve({
          content: [{ type: "text", text: "Four coins." }],
          finishReason: { unified: "stop", raw: "stop" },
          usage: usageOf(7, 5),
          warnings: [],
        });
      const answer = await generateText({ model: scene.wrapped, prompt });
      deepEqual([answer.text, answer.providerMetadata?.farthing?.credits], ["Four coins.", "12"]);
    },
    charged: 12,
  },
  {
    name: "generateText throws the 402 as it is, and does not repeat it",
    options: { balance: 5 },
    async play(scene) {
      const isRefusal = (error: unknown) =>
        error instanceof FarthingError && error.code === "insufficient_credits";
      await rejects(generateText({ model: scene.wrapped, prompt }), isRefusal);
      deepEqual([scene.service.seen.length, scene.model.doGenerateCalls.length], [1, 0]);
    },
    charged: null,
  },
  {
    name: "streamText passes the 402 to onError",
    options: { balance: 5 },
    async play(scene) {
      const errors: unknown[] = [];
      const onError = ({ error }: { error: unknown }) => void errors.push(error);
      const { textStream } = streamText({ model: scene.wrapped, prompt, onError });
      await textStream.getReader().read().catch(() => {});
      deepEqual(errors.map((error) => (error as FarthingError).code), ["insufficient_credits"]);
      equal(scene.model.doStreamCalls.length, 0);
    },
    charged: null,
  },
  {
    name: "streamText has the price at its end",
    async play(scene) {
      const { result, textStream } = await streamed(scene);
      scene.write(text(" coins."), ...end);
      scene.answer.close();
      deepEqual(await Array.fromAsync(textStream), [" coins."]);
      equal((await result.providerMetadata)?.farthing?.credits, "12");
    },
    charged: 12,
  },
  {
    name: "an abort of streamText is charged the whole answer",
    async play(scene) {
      const stop = new AbortController();
      const { textStream } = await streamed(scene, stop.signal);
      stop.abort();
      deepEqual(await Array.fromAsync(textStream), []);
      scene.write(text(" coins."), ...end);
      scene.answer.close();
      await scene.rest();
    },
    charged: 12,
  },
  {
    name: "a tab that is closed is charged the whole answer",
    async play(scene) {
      const result = streamText({ model: scene.wrapped, prompt, onError: () => {} });
      const tab = result.toUIMessageStreamResponse().body!.getReader();
      await scene.accepted;
      scene.write(...begin, text("Four"));
      await tab.read();
      await tab.cancel();
      scene.write(text(" coins."), ...end);
      scene.answer.close();
      await scene.rest();
    },
    charged: 12,
  },
];

testEndings(endings);
