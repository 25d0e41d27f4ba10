/** Tests the ways in which an answer that is not streamed can end. */
import { deepEqual, rejects } from "node:assert/strict";
import { type Ending, testEndings } from "../testing/ending.ts";
import { HELD, NO_USAGE, usageOf } from "../testing/scene.ts";
import type { GenerateResult, Usage } from "./types.ts";

const ABORTED = { name: "AbortError" };

const answerOf = (usage: Usage): GenerateResult => ({
  content: [{ type: "text", text: "Four coins." }],
  finishReason: { unified: "stop", raw: "stop" },
  usage,
  warnings: [],
});

/** A model that answers when the test lets it. */
function slowModel() {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<GenerateResult>();
  const doGenerate = () => {
    asked.resolve();
    return answer.promise;
  };
  return { doGenerate, asked: asked.promise, answer };
}

const endings: Ending[] = [
  {
    name: "an answer is charged its usage, and says the price",
    async play(scene) {
      scene.model.doGenerate = () => Promise.resolve(answerOf(usageOf(7, 5)));
      const { providerMetadata } = await scene.generate();
      const price = { status: "settled", credits: "12", balanceAfter: "988", isCapped: false };
      deepEqual(providerMetadata, { farthing: price });
      deepEqual(scene.settlements, ["settled"]);
    },
    charged: 12,
  },
  {
    name: "an answer without usage is charged what was counted, streamed or not",
    async play(scene) {
      scene.model.doGenerate = () => Promise.resolve(answerOf(NO_USAGE));
      await scene.generate();
    },
    charged: 14,
  },
  {
    name: "a model that fails is free, streamed or not",
    async play(scene) {
      scene.model.doGenerate = () => Promise.reject(new Error("overloaded"));
      await rejects(scene.generate(), { message: "overloaded" });
      deepEqual(scene.settlements, ["free"]);
    },
    charged: null,
  },
  ...(["finish", "stop"] as const).map((onAbort): Ending => ({
    name: `an abort with onAbort ${onAbort} ends the waiting, and the answer is charged`,
    options: { onAbort },
    async play(scene) {
      const model = slowModel();
      scene.model.doGenerate = model.doGenerate;
      const stop = new AbortController();
      const answer = scene.generate(stop.signal);
      await model.asked;
      stop.abort();
      await rejects(answer, ABORTED);
      model.answer.resolve(answerOf(usageOf(7, 5)));
      await scene.rest();
    },
    charged: 12,
  })),
  {
    name: "a left answer that never comes is charged the most",
    async play(scene) {
      const model = slowModel();
      scene.model.doGenerate = model.doGenerate;
      const stop = new AbortController();
      const answer = scene.generate(stop.signal);
      await model.asked;
      stop.abort();
      await rejects(answer, ABORTED);
      scene.passLimit();
      await scene.rest();
    },
    charged: HELD,
  },
  {
    name: "a left answer that fails is free",
    async play(scene) {
      const model = slowModel();
      scene.model.doGenerate = model.doGenerate;
      const stop = new AbortController();
      const answer = scene.generate(stop.signal);
      await model.asked;
      stop.abort();
      await rejects(answer, ABORTED);
      model.answer.reject(new Error("overloaded"));
      await scene.rest();
    },
    charged: null,
  },
];

testEndings(endings);
