/**
 * Calls the local models with the AI SDK's own functions. The calls are metered by the real
 * service.
 */
import { deepEqual, equal } from "node:assert/strict";
import { FarthingError } from "@farthing/ai";
import { proven } from "../../support/project/database.ts";
import { readWorld } from "../../support/project/world.ts";
import { requestsWith } from "../../support/work/chat.ts";
import { type App, generateText, isStepCount, jsonSchema, streamText } from "./app.ts";
import { type Ending, playEnding, slow, titleOf } from "./ending.ts";

const world = readWorld();
const tools = {
  look_up: {
    description: "Looks a coin up.",
    inputSchema: jsonSchema({ type: "object", properties: { question: { type: "string" } } }),
    execute: () => "four coins",
  },
};

function stream(
  app: App,
): { text: ReadableStream<string>; response: () => Response; errors: string[] } {
  const errors: string[] = [];
  const onError = ({ error }: { error: unknown }) => {
    errors.push(error instanceof FarthingError ? error.code : String(error));
  };
  const result = streamText({ ...app.call(), onError });
  return { text: result.textStream, response: () => result.toUIMessageStreamResponse(), errors };
}

const endings: Ending[] = [
  {
    name: "by streamText, read to its end",
    play: async (app) => {
      const { text, errors } = stream(app);
      equal((await Array.fromAsync(text)).length > 0, true);
      deepEqual(errors, []);
    },
    charge: "bill",
  },
  {
    name: "by streamText, aborted within its text",
    ...slow,
    play: async (app) => {
      const reader = stream(app).text.getReader();
      await reader.read();
      app.stop.abort();
      await reader.read().catch(() => {});
      await app.rest();
    },
    charge: "bill",
  },
  {
    name: "by streamText, whose tab is closed",
    ...slow,
    play: async (app) => {
      const { body } = stream(app).response();
      const tab = body!.pipeThrough(new TextDecoderStream()).getReader();
      let read = "";
      // Reads up to the first text. Some chunks arrive even before the model is called, so only the
      // text shows that the model has begun to answer.
      for (let left = 20; left > 0 && !read.includes("text-delta"); left--) {
        read += (await tab.read()).value ?? "";
      }
      await tab.cancel();
      await app.rest();
    },
    charge: "bill",
  },
  {
    name: "by streamText, too expensive for its user",
    credits: "5",
    play: async (app) => {
      const { text, errors } = stream(app);
      await Array.fromAsync(text).catch(() => []);
      deepEqual(errors, ["insufficient_credits"]);
      deepEqual(await requestsWith(world, app.name), [], "the model is not asked");
    },
    charge: "nothing",
  },
  {
    name: "by an agent of two steps",
    markers: "[tokens:30]",
    play: async (app) => {
      const { steps } = await generateText({ ...app.call(), tools, stopWhen: isStepCount(5) });
      deepEqual([steps.length, app.settlements.length], [2, 2]);
    },
    charge: "bill",
  },
];

Deno.test("a call by the AI SDK is charged once, however it ends", async (test) => {
  for (const ending of endings) {
    await test.step(titleOf(ending), () => playEnding(world, ending));
  }
  await proven(world);
});
