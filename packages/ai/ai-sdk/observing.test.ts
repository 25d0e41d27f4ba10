/**
 * Tests the middleware in the mode `observe`: it charges nothing, and changes nothing in the app.
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Settlement } from "../core/call.ts";
import { type Ending, testEndings } from "../testing/ending.ts";
import { finish, NO_USAGE, readAll, Scene, text, usageOf } from "../testing/scene.ts";

/** The user has no credits, so each call would be refused in the mode `charge`. */
const options = { mode: "observe" as const, balance: 0 };

async function stream(scene: Scene): Promise<string[]> {
  const reader = await scene.stream();
  scene.write(text("Four"), finish(usageOf(7, 5)));
  scene.answer.close();
  return await readAll(reader);
}

const answer = () =>
  Promise.resolve({
    content: [{ type: "text" as const, text: "Four coins." }],
    finishReason: { unified: "stop" as const, raw: "stop" },
    usage: usageOf(7, 5),
    warnings: [],
  });

const endings: Ending[] = [
  {
    name: "observing, a stream is complete, and its report is part of the work after it",
    options,
    async play(scene) {
      deepEqual(await stream(scene), ["text-delta", "finish"]);
      await scene.rest();
      deepEqual(scene.settlements, ["observed"]);
      equal(scene.model.doStreamCalls[0]?.maxOutputTokens, undefined, "no limit is added");
      deepEqual(scene.service.seen.map(({ body }) => body), [{
        ...{ model: "gpt-4o", input_tokens: 7, cached_input_tokens: 0, cache_write_tokens: 0 },
        ...{ output_tokens: 5, reasoning_tokens: 0 },
      }]);
    },
    charged: null,
  },
  {
    name: "observing, an answer has no price, and its report is part of the work after it",
    options,
    async play(scene) {
      scene.model.doGenerate = answer;
      equal((await scene.generate()).providerMetadata, undefined);
      await scene.rest();
      deepEqual(scene.settlements, ["observed"]);
    },
    charged: null,
  },
  {
    name: "observing, a call works while Farthing is unavailable",
    options,
    async play(scene) {
      scene.service.down = ["/estimate"];
      deepEqual(await stream(scene), ["text-delta", "finish"]);
      await scene.rest();
      deepEqual(scene.settlements, ["observed"]);
    },
    charged: null,
  },
  {
    name: "observing, an abort stops the model at once, as without the middleware",
    options,
    async play(scene) {
      const stop = new AbortController();
      const reader = await scene.stream(stop.signal);
      scene.write(text("Four"));
      await reader.read();
      stop.abort();
      await rejects(reader.read(), { name: "AbortError" });
      equal(scene.signal?.aborted, true);
      await scene.rest();
      deepEqual(scene.settlements, ["observed"]);
    },
    charged: null,
  },
];

/**
 * A tokenizer that throws for the prompt, as many tokenizers do for a text like `<|endoftext|>`.
 */
const countTokens = (text: string): number => {
  if (text.includes("Hello")) throw new Error("disallowed special token: <|endoftext|>");
  return 1;
};

Deno.test("observing, a tokenizer that throws leaves the answer and its reported price", async () => {
  const reports: Settlement[] = [];
  const onSettlement = (settlement: Settlement) => void reports.push(settlement);
  const answers = [finish(usageOf(7, 5)), finish(NO_USAGE)];
  for (const end of answers) {
    const scene = new Scene("unused", { ...options, countTokens, onSettlement });
    const reader = await scene.stream();
    scene.write(text("Four"), end);
    scene.answer.close();
    deepEqual(await readAll(reader), ["text-delta", "finish"]);
    await scene.rest();
  }
  const credits = reports.map((each) => each.status === "observed" && each.credits);
  deepEqual(credits, ["12", null], "without the provider's usage, the price is unknown");
});

testEndings(endings);
