/**
 * Tests that metering fails closed: a call that can't be paid or recorded does not reach the model.
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { memoryJournal } from "../core/journal.ts";
import { type Ending, testEndings } from "../testing/ending.ts";
import type { Scene } from "../testing/scene.ts";

function isNotAsked(scene: Scene): void {
  deepEqual([scene.model.doStreamCalls, scene.model.doGenerateCalls], [[], []]);
  equal(scene.service.open, 0);
}

const full = {
  ...memoryJournal(),
  write: () => Promise.reject(new Error("ENOSPC")),
};

const cases: (Omit<Ending, "play" | "charged"> & {
  before?: (scene: Scene) => void;
  error: { name?: string; code?: string; status?: number };
})[] = [
  {
    name: "without credits a call is a typed 402, and the model is not asked",
    options: { balance: 109 },
    error: { name: "FarthingError", code: "insufficient_credits", status: 402 },
  },
  {
    name: "a model without a rate is refused",
    options: { model: "unknown" },
    error: { code: "unknown_model" },
  },
  {
    name: "while Farthing is unavailable no call is made",
    before: ({ service }) => void (service.down = ["/holds"]),
    error: { code: "network_error" },
  },
  {
    name: "with a journal that cannot be written no call is made",
    options: { journal: full },
    error: { name: "JournalError" },
  },
];

testEndings(
  cases.flatMap(({ before, error, ...one }) =>
    (["stream", "generate"] as const).map((how): Ending => ({
      ...one,
      name: `${one.name} (${how})`,
      async play(scene) {
        before?.(scene);
        await rejects(scene[how](), error);
        isNotAsked(scene);
      },
      charged: null,
    }))
  ),
);
