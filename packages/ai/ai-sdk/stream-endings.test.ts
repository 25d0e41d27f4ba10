/** Tests the ways in which a stream can end while Farthing is available. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { type Ending, testEndings } from "../testing/ending.ts";
import { finish, HELD, NO_USAGE, readAll, text, usageOf } from "../testing/scene.ts";
import type { Part } from "./types.ts";

/** The prompt counts as 10 tokens, and the answer `Four coins.` as 4. */
const COUNTED = 14;
const end = finish(usageOf(7, 5));

const complete: Ending[] = [
  {
    name: "a stream that is read to its end is charged the provider's usage",
    async play(scene) {
      const reader = await scene.stream();
      equal(scene.service.open, 1);
      scene.write({ type: "stream-start", warnings: [] }, text("Four"), text(" coins."), end);
      scene.answer.close();
      deepEqual(await readAll(reader), ["stream-start", "text-delta", "text-delta", "finish"]);
      equal(scene.model.doStreamCalls[0]?.maxOutputTokens, 100);
    },
    charged: 12,
  },
  {
    name: "an answer that is cut at its limit is charged its usage",
    async play(scene) {
      const reader = await scene.stream();
      scene.write(text("Four"), finish(usageOf(7, 100), "length"));
      scene.answer.close();
      await readAll(reader);
    },
    charged: 107,
  },
  {
    name: "an answer above its hold is charged its usage",
    async play(scene) {
      const reader = await scene.stream();
      scene.write(text("Four"), finish(usageOf(7, 500)));
      scene.answer.close();
      await readAll(reader);
    },
    charged: 507,
  },
  {
    name: "reasoning tokens are charged",
    async play(scene) {
      const reader = await scene.stream();
      scene.write({ type: "reasoning-delta", id: "0", delta: "Hm." }, text("Four"));
      scene.write(finish(usageOf(7, 45, 40)));
      scene.answer.close();
      await readAll(reader);
      const settle = scene.service.seen.find(({ route }) => route.endsWith("/settle"));
      deepEqual(settle?.body.usage, {
        ...{ model: "gpt-4o", input_tokens: 7, cached_input_tokens: 0, cache_write_tokens: 0 },
        ...{ output_tokens: 5, reasoning_tokens: 40 },
      });
    },
    charged: 52,
  },
  {
    name: "a tool call without deltas is charged its usage",
    async play(scene) {
      const reader = await scene.stream();
      const call = { toolCallId: "c", toolName: "look_up", input: '{"coin":1}' };
      scene.write({ type: "tool-call", ...call }, end);
      scene.answer.close();
      await readAll(reader);
    },
    charged: 12,
  },
  {
    name: "an empty answer with a usage is charged this usage",
    async play(scene) {
      const reader = await scene.stream();
      scene.write(finish(usageOf(7, 0)));
      scene.answer.close();
      await readAll(reader);
    },
    charged: 7,
  },
  {
    name: "an answer without usage is charged what was counted",
    async play(scene) {
      const reader = await scene.stream();
      scene.write(text("Four"), text(" coins."), finish(NO_USAGE));
      scene.answer.close();
      await readAll(reader);
    },
    charged: COUNTED,
  },
  {
    name: "a usage with 0 tokens for an answer is replaced by the count",
    async play(scene) {
      const reader = await scene.stream();
      scene.write(text("Four coins."), finish(usageOf(0, 0)));
      scene.answer.close();
      await readAll(reader);
    },
    charged: COUNTED,
  },
  {
    name: "a usage without the prompt's tokens is completed by their count",
    async play(scene) {
      const reader = await scene.stream();
      const { inputTokens } = NO_USAGE;
      scene.write(text("Four"), finish({ ...usageOf(0, 45, 40), inputTokens }));
      scene.answer.close();
      await readAll(reader);
    },
    charged: 55,
  },
  {
    name: "cached tokens are charged once, as cached tokens",
    async play(scene) {
      const reader = await scene.stream();
      const inputTokens = { total: 100, noCache: undefined, cacheRead: 80, cacheWrite: 5 };
      scene.write(text("Four"), finish({ ...usageOf(0, 5), inputTokens }));
      scene.answer.close();
      await readAll(reader);
      const settle = scene.service.seen.find(({ route }) => route.endsWith("/settle"));
      deepEqual(settle?.body.usage, {
        ...{ model: "gpt-4o", input_tokens: 15, cached_input_tokens: 80, cache_write_tokens: 5 },
        ...{ output_tokens: 5, reasoning_tokens: 0 },
      });
    },
    charged: 105,
  },
  {
    name: "a provider whose end has no usage at all is charged what was counted",
    async play(scene) {
      const reader = await scene.stream();
      const { usage: _, ...bare } = finish(NO_USAGE) as Extract<Part, { type: "finish" }>;
      scene.write(text("Four coins."), bare as Part);
      scene.answer.close();
      await readAll(reader);
    },
    charged: COUNTED,
  },
  {
    name: "a count that fails at the end charges the most, and the stream still ends",
    options: {
      countTokens: (said) => {
        if (said.includes("Four")) throw new Error("no tokenizer");
        return 2;
      },
    },
    async play(scene) {
      const reader = await scene.stream();
      scene.write(text("Four coins."), finish(NO_USAGE));
      scene.answer.close();
      deepEqual(await readAll(reader), ["text-delta", "finish"]);
    },
    charged: HELD,
  },
  {
    name: "a usage that is not a number is replaced by the count",
    async play(scene) {
      const reader = await scene.stream();
      scene.write(text("Four coins."), finish(usageOf(NaN, 5)));
      scene.answer.close();
      await readAll(reader);
    },
    charged: COUNTED,
  },
];

const failures: Ending[] = [
  {
    name: "a model that refuses the call is free",
    async play(scene) {
      scene.model.doStream = () => Promise.reject(new Error("overloaded"));
      await rejects(scene.stream(), { message: "overloaded" });
    },
    charged: null,
  },
  {
    name: "a stream that fails before its first text is free",
    async play(scene) {
      const reader = await scene.stream();
      scene.write({ type: "stream-start", warnings: [] });
      scene.answer.error(new Error("reset"));
      await rejects(readAll(reader), { message: "reset" });
    },
    charged: null,
  },
  {
    name: "a stream that begins with an error is free",
    async play(scene) {
      const reader = await scene.stream();
      scene.write({ type: "error", error: new Error("overloaded") });
      scene.write(finish(NO_USAGE, "error"));
      scene.answer.close();
      deepEqual(await readAll(reader), ["error", "finish"]);
    },
    charged: null,
  },
  {
    name: "a stream that closes without anything is free",
    async play(scene) {
      const reader = await scene.stream();
      scene.answer.close();
      deepEqual(await readAll(reader), []);
    },
    charged: null,
  },
  {
    name: "a stream that breaks within its text is charged what was counted",
    async play(scene) {
      const reader = await scene.stream();
      scene.write(text("Four"), text(" coins."));
      await reader.read();
      await reader.read();
      scene.answer.error(new Error("reset"));
      await rejects(reader.read(), { message: "reset" });
    },
    charged: COUNTED,
  },
  {
    name: "an error within the text is charged what was counted",
    async play(scene) {
      const reader = await scene.stream();
      scene.write(text("Four coins."), { type: "error", error: new Error("overloaded") });
      scene.answer.close();
      deepEqual(await readAll(reader), ["text-delta", "error"]);
    },
    charged: COUNTED,
  },
  {
    name: "an error after which the provider reports its usage is charged the usage",
    async play(scene) {
      const reader = await scene.stream();
      scene.write({ type: "error", error: new Error("filtered") });
      scene.write(finish(usageOf(7, 3), "error"));
      scene.answer.close();
      await readAll(reader);
    },
    charged: 10,
  },
  {
    name: "a stream that closes without its end is charged what was counted",
    async play(scene) {
      const reader = await scene.stream();
      scene.write(text("Four coins."));
      scene.answer.close();
      await readAll(reader);
    },
    charged: COUNTED,
  },
];

testEndings([...complete, ...failures]);
