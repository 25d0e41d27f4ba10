/** Tests the ways in which the caller of a stream can leave the stream. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { type Ending, testEndings } from "../testing/ending.ts";
import { finish, HELD, readAll, text, usageOf } from "../testing/scene.ts";

/** The prompt counts as 10 tokens, and the answer `Four coins.` as 4. */
const COUNTED = 14;
const ABORTED = { name: "AbortError" };
const end = finish(usageOf(7, 5));

const leaving: Ending[] = [
  {
    name: "an abort before the call asks neither Farthing nor the model",
    async play(scene) {
      await rejects(scene.stream(AbortSignal.abort()), ABORTED);
      deepEqual([scene.service.seen, scene.model.doStreamCalls], [[], []]);
    },
    charged: null,
  },
  {
    name: "an abort while the hold is opened releases it before the model is asked",
    async play(scene) {
      const stop = new AbortController();
      const opened = scene.stream(stop.signal);
      stop.abort();
      await rejects(opened, ABORTED);
      deepEqual(scene.model.doStreamCalls, []);
    },
    charged: null,
  },
  {
    name: "an abort before the model has accepted leaves a charged answer",
    async play(scene) {
      const stop = new AbortController();
      const accept = Promise.withResolvers<void>();
      const asked = Promise.withResolvers<void>();
      const { doStream } = scene.model;
      scene.model.doStream = async (params) => {
        asked.resolve();
        await accept.promise;
        return await doStream(params);
      };
      const opened = scene.stream(stop.signal);
      await asked.promise;
      stop.abort();
      await rejects(opened, ABORTED);
      accept.resolve();
      await scene.accepted;
      scene.write(text("Four"), end);
      scene.answer.close();
      await scene.rest();
    },
    charged: 12,
  },
  {
    name: "an abort that the model answers by a refusal is free",
    async play(scene) {
      const stop = new AbortController();
      const refuse = Promise.withResolvers<never>();
      const asked = Promise.withResolvers<void>();
      scene.model.doStream = () => {
        asked.resolve();
        return refuse.promise;
      };
      const opened = scene.stream(stop.signal);
      await asked.promise;
      stop.abort();
      await rejects(opened, ABORTED);
      refuse.reject(new Error("overloaded"));
      await scene.rest();
    },
    charged: null,
  },
  {
    name: "an abort within the text ends the reading, and the whole answer is charged",
    async play(scene) {
      const stop = new AbortController();
      const reader = await scene.stream(stop.signal);
      scene.write(text("Four"));
      await reader.read();
      stop.abort();
      await rejects(reader.read(), ABORTED);
      equal(scene.signal?.aborted, false, "the model works on");
      scene.write(text(" coins."), end);
      scene.answer.close();
      await scene.rest();
    },
    charged: 12,
  },
  {
    name: "a reader that cancels is charged the whole answer",
    async play(scene) {
      const reader = await scene.stream();
      scene.write(text("Four"));
      await reader.read();
      await reader.cancel();
      scene.write(text(" coins."), end);
      scene.answer.close();
      await scene.rest();
    },
    charged: 12,
  },
  {
    name: "a stream that nobody reads is charged",
    async play(scene) {
      await scene.stream();
      scene.write(text("Four"), end);
      scene.answer.close();
      await scene.rest();
    },
    charged: 12,
  },
  {
    name: "a left stream that hangs is stopped in the end, and charged what was counted",
    async play(scene) {
      const stop = new AbortController();
      const reader = await scene.stream(stop.signal);
      scene.write(text("Four coins."));
      await reader.read();
      stop.abort();
      await rejects(reader.read(), ABORTED);
      scene.passLimit();
      await scene.rest();
      equal(scene.signal?.aborted, true);
    },
    charged: COUNTED,
  },
  {
    name: "a left stream that only thinks is charged the most, because its thoughts are unknown",
    async play(scene) {
      const stop = new AbortController();
      const reader = await scene.stream(stop.signal);
      scene.write({ type: "stream-start", warnings: [] });
      await reader.read();
      stop.abort();
      await rejects(reader.read(), ABORTED);
      scene.passLimit();
      await scene.rest();
      equal(scene.signal?.aborted, true);
    },
    charged: HELD,
  },
  {
    name: "a left call that the model does not accept in time is charged the most",
    async play(scene) {
      const stop = new AbortController();
      const asked = Promise.withResolvers<void>();
      scene.model.doStream = () => {
        asked.resolve();
        return new Promise(() => {});
      };
      const opened = scene.stream(stop.signal);
      await asked.promise;
      stop.abort();
      await rejects(opened, ABORTED);
      scene.passLimit();
      await scene.rest();
    },
    charged: HELD,
  },
  {
    name: "a left stream that breaks is charged what was counted",
    async play(scene) {
      const reader = await scene.stream();
      scene.write(text("Four coins."));
      await reader.read();
      await reader.cancel();
      scene.answer.error(new Error("reset"));
      await scene.rest();
    },
    charged: COUNTED,
  },
  {
    name: "an abort just before the model is asked leaves no unhandled rejection",
    options: { onAbort: "stop" },
    async play(scene) {
      const stop = new AbortController();
      scene.model.doStream = async ({ abortSignal }) => {
        stop.abort(); // The caller leaves while the model begins.
        await Promise.resolve();
        throw abortSignal?.reason;
      };
      await rejects(scene.stream(stop.signal), ABORTED);
      await scene.rest();
    },
    charged: 10,
  },
  {
    name: "an abort after the end changes nothing",
    async play(scene) {
      const stop = new AbortController();
      const reader = await scene.stream(stop.signal);
      scene.write(text("Four"), end);
      scene.answer.close();
      await readAll(reader);
      stop.abort();
      await scene.rest();
      equal(scene.signal?.aborted, false);
    },
    charged: 12,
  },
];

const stopping: Ending[] = [
  {
    name: "with onAbort stop, an abort stops the model and is charged what was counted",
    options: { onAbort: "stop" },
    async play(scene) {
      const stop = new AbortController();
      const reader = await scene.stream(stop.signal);
      scene.write(text("Four coins."));
      await reader.read();
      stop.abort();
      await rejects(reader.read(), ABORTED);
      await scene.rest();
      equal(scene.signal?.aborted, true);
    },
    charged: COUNTED,
  },
  {
    name: "with onAbort stop, an abort before the first text is charged the prompt",
    options: { onAbort: "stop" },
    async play(scene) {
      const reader = await scene.stream();
      await reader.cancel();
      await scene.rest();
      equal(scene.signal?.aborted, true);
    },
    charged: 10,
  },
  {
    name: "with onAbort stop, an abort before the model has accepted is charged the prompt",
    options: { onAbort: "stop" },
    async play(scene) {
      const stop = new AbortController();
      const asked = Promise.withResolvers<void>();
      scene.model.doStream = () => {
        asked.resolve();
        return new Promise(() => {});
      };
      const opened = scene.stream(stop.signal);
      await asked.promise;
      stop.abort();
      await rejects(opened, ABORTED);
      await scene.rest();
    },
    charged: 10,
  },
];

testEndings([...leaving, ...stopping]);
