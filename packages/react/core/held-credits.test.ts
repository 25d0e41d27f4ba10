import { deepEqual, equal } from "node:assert/strict";
import type { CurrentBalance } from "@farthing/client";
import { heldCreditsInterval } from "./held-credits.ts";

const stateAt = (dataUpdatedAt: number, held: string, error: unknown = null) => ({
  data: { held } as CurrentBalance,
  dataUpdatedAt,
  error,
});

Deno.test("the waits double while the same credits are held, up to a minute", () => {
  const query = { state: stateAt(1_000, "5") };
  const waits: unknown[] = [];
  for (let time = 1_000; waits.length < 9;) {
    query.state = stateAt(time, "5");
    const wait = heldCreditsInterval(query);
    equal(heldCreditsInterval(query), wait); // TanStack asks several times after each reading.
    waits.push(wait);
    time += Number(wait);
  }
  deepEqual(waits, [2_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  query.state = stateAt(900_000, "4");
  equal(heldCreditsInterval(query), 2_000);
});

Deno.test("a balance without held credits, or one that is unknown, is not read by itself", () => {
  const none = { data: undefined, dataUpdatedAt: 0, error: null };
  for (const state of [none, stateAt(1, "0"), stateAt(1, "5", new Error("No answer."))]) {
    equal(heldCreditsInterval({ state }), false);
  }
  const invalid = { data: {} as CurrentBalance, dataUpdatedAt: 1, error: null };
  equal(heldCreditsInterval({ state: invalid }), false);
});
