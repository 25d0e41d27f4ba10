import { deepEqual } from "node:assert/strict";
import type { FlagName, Flags } from "../shared/flags.ts";
import { chosenFlags } from "./switch-off.ts";

/** Settings in which a canary has changed these flags last. */
const switchedByCanary = (...names: readonly FlagName[]): Flags => ({
  version: "1",
  flags: (["b2b", "b2c"] as const).map((name) => ({
    ...{ name, state: "on", percentage: 0, changed_by: null },
    changed_at: "2027-01-01T00:00:00Z",
  })),
  history: names.map((name) => ({
    ...{ version: "1", changed_at: "2027-01-01T00:00:00Z", author: "key:a", name, fields: [] },
    reason: "golive canary: 100 %, run 1",
  })),
});

Deno.test("a named flag is the only one that a rollback switches off", () => {
  deepEqual(chosenFlags("b2b", undefined, switchedByCanary("b2c")), ["b2b"]);
});

Deno.test("without a name a rollback takes the canary's flags, and else b2c", () => {
  deepEqual(chosenFlags(undefined, undefined, switchedByCanary("b2b")), ["b2b"]);
  deepEqual(chosenFlags(undefined, undefined, switchedByCanary()), ["b2c"]);
});

Deno.test("a rollback that goes on takes the flags of its first call", () => {
  deepEqual(chosenFlags(undefined, "b2b", switchedByCanary()), ["b2b"]);
});
