/**
 * The ways in which a metered call of a model can end, on the real service. Each call is free or is
 * settled exactly once. If it can't be settled at its end, it stays in the journal and is settled
 * at the next start.
 */
import { memoryJournal } from "@farthing/ai";
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { requestsWith } from "../../support/work/chat.ts";
import { proven } from "../../support/project/database.ts";
import { readWorld } from "../../support/project/world.ts";
import {
  abortAfter,
  brief,
  cancelAfter,
  type Ending,
  failsToRead,
  long,
  playEnding,
  read,
  readAll,
  requestArrives,
  slow,
  titleOf,
} from "./ending.ts";

const world = readWorld();

const complete: Ending[] = [
  { name: "read to its end", play: readAll, charge: "bill" },
  {
    name: "cut at its limit",
    ...long,
    middleware: { maxOutputTokens: 20 },
    play: readAll,
    charge: "bill",
  },
  { name: "without a usage", hasUsage: false, ...long, play: readAll, charge: "count" },
  { name: "that reasons", markers: "[reasoning:40][tokens:20]", play: readAll, charge: "bill" },
  {
    name: "of far more than its user may owe",
    credits: "100",
    markers: "farthing ".repeat(60_000),
    middleware: { countTokens: () => 1 },
    play: async (app) => {
      await readAll(app);
      deepEqual(app.settlements.map((each) => "isCapped" in each && each.isCapped), [true]);
    },
    charge: "everything",
  },
  {
    name: "with metadata that Farthing refuses",
    middleware: { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [at, at])) },
    play: readAll,
    charge: "bill",
  },
  {
    name: "not streamed",
    play: async (app) => {
      const { providerMetadata } = await app.generate();
      equal(providerMetadata?.["farthing"]?.["status"], "settled");
    },
    charge: "bill",
  },
];

const left: Ending[] = [
  {
    name: "aborted at its first piece",
    ...slow,
    play: (app) => abortAfter(app, 1),
    charge: "bill",
  },
  { name: "aborted in the middle", ...slow, play: (app) => abortAfter(app, 20), charge: "bill" },
  {
    name: "aborted at its last piece",
    ...long,
    play: (app) => abortAfter(app, 60),
    charge: "bill",
  },
  {
    name: "cancelled at its first piece",
    ...slow,
    play: (app) => cancelAfter(app, 1),
    charge: "bill",
  },
  { name: "cancelled in the middle", ...slow, play: (app) => cancelAfter(app, 20), charge: "bill" },
  {
    name: "never read",
    ...long,
    play: async (app) => {
      await app.stream();
      await app.rest();
    },
    charge: "bill",
  },
  {
    name: "not streamed and aborted",
    markers: "[slow:300]",
    play: async (app) => {
      const answer = app.generate();
      await requestArrives(app);
      app.stop.abort();
      await rejects(answer, { name: "AbortError" });
      await app.rest();
    },
    charge: "bill",
  },
  {
    name: "aborted before the provider answers",
    markers: "[slow:300]",
    play: async (app) => {
      const stream = app.stream();
      await requestArrives(app);
      app.stop.abort();
      await rejects(stream, { name: "AbortError" });
      await app.rest();
    },
    charge: "bill",
  },
  {
    name: "aborted before the hold",
    play: async (app) => {
      app.stop.abort();
      await rejects(app.stream(), { name: "AbortError" });
    },
    charge: "nothing",
  },
  {
    name: "aborted, and hanging",
    markers: "[hang:5]",
    middleware: { finishTimeoutMs: 50 },
    play: (app) => abortAfter(app, 5),
    charge: "count",
  },
  {
    name: "cancelled, and cut off",
    markers: "[tokens:60][cut:30][pace:5]",
    play: (app) => cancelAfter(app, 1),
    charge: "count",
  },
  {
    name: "aborted with onAbort stop",
    ...slow,
    middleware: { onAbort: "stop" },
    play: (app) => abortAfter(app, 10),
    charge: "count",
  },
];

const failed: Ending[] = [
  ...["[fail:500]", "[fail:quota]", "[fail:reset]"].map((markers): Ending => ({
    name: `refused by ${markers}`,
    markers,
    play: failsToRead,
    charge: "nothing",
  })),
  {
    name: "not streamed and refused",
    markers: "[fail:503]",
    play: async (app) => void await rejects(app.generate()),
    charge: "nothing",
  },
  { name: "cut off within its text", markers: "[cut:12]", play: failsToRead, charge: "count" },
  { name: "broken off within its text", markers: "[break:12]", play: readAll, charge: "count" },
  {
    name: "too expensive for its user",
    credits: "5",
    play: async (app) => {
      await rejects(app.stream(), { code: "insufficient_credits", status: 402 });
      deepEqual(await requestsWith(world, app.name), [], "the model is not asked");
    },
    charge: "nothing",
  },
  {
    name: "not streamed, and too expensive for its user",
    credits: "5",
    play: async (app) => {
      await rejects(app.generate(), { code: "insufficient_credits", status: 402 });
      deepEqual(await requestsWith(world, app.name), [], "the model is not asked");
    },
    charge: "nothing",
  },
  {
    name: "begun while the journal can't be written",
    metering: { journal: { ...memoryJournal(), write: () => Promise.reject(new Error("ENOSPC")) } },
    play: async (app) => {
      await rejects(app.stream(), { name: "JournalError" });
      deepEqual(await requestsWith(world, app.name), [], "the model is not asked");
    },
    charge: "nothing",
  },
  {
    name: "begun while Farthing is unreachable",
    ...brief,
    play: async (app) => {
      app.down = ["/holds"];
      await rejects(app.stream(), { code: "network_error" });
      deepEqual(await requestsWith(world, app.name), [], "the model is not asked");
    },
    charge: "nothing",
  },
];

const atNextStart: Ending[] = [
  {
    name: "settled while Farthing is unreachable",
    ...brief,
    play: async (app) => {
      app.down = ["/settle"];
      await readAll(app);
      app.down = [];
    },
    charge: "bill",
    isLeft: true,
  },
  {
    name: "settled without a response",
    ...brief,
    play: async (app) => {
      app.lost = ["/settle"];
      await readAll(app);
      app.lost = [];
    },
    charge: "bill",
    isLeft: true,
  },
  {
    name: "not streamed, and settled while Farthing is unreachable",
    ...brief,
    play: async (app) => {
      app.down = ["/settle"];
      const { providerMetadata } = await app.generate();
      equal(providerMetadata?.["farthing"]?.["status"], "pending");
      app.down = [];
    },
    charge: "bill",
    isLeft: true,
  },
  {
    name: "settled after its hold was released",
    ...brief,
    play: async (app) => {
      app.down = ["/settle"];
      await readAll(app);
      app.down = [];
      await app.releaseHold();
    },
    charge: "nothing",
    isLeft: true,
  },
  {
    name: "not streamed, and settled without a response",
    ...brief,
    play: async (app) => {
      app.lost = ["/settle"];
      const { providerMetadata } = await app.generate();
      equal(providerMetadata?.["farthing"]?.["status"], "pending");
      app.lost = [];
    },
    charge: "bill",
    isLeft: true,
  },
  {
    name: "orphaned within its text",
    markers: "[hang:5]",
    middleware: { onAbort: "stop" },
    play: async (app) => void await read(app, 5),
    charge: "hold",
    isLeft: true,
  },
];

Deno.test("a metered call is charged once, however it ends", async (test) => {
  const endings = [...complete, ...left, ...failed, ...atNextStart];
  equal(new Set(endings.map(({ name }) => name)).size, endings.length);
  ok(endings.length >= 30);
  for (const ending of endings) {
    await test.step(titleOf(ending), () => playEnding(world, ending));
  }
  await proven(world);
});
