import { deepEqual } from "node:assert/strict";
import type { FlagName, Flags } from "../shared/flags.ts";
import { chosenFlags } from "./chosen-flags.ts";

/**
 * Returns settings in which a canary made the last change of each of these flags. All flags are on
 * except those in `off`.
 */
const switched = (names: readonly FlagName[], off: readonly FlagName[] = []): Flags => ({
  version: "1",
  flags: (["b2b", "b2c"] as const).map((name) => ({
    ...{ name, state: off.includes(name) ? "off" : "on", percentage: 0, changed_by: null },
    changed_at: "2027-01-01T00:00:00Z",
  })),
  history: names.map((name) => ({
    ...{ version: "1", changed_at: "2027-01-01T00:00:00Z", author: "key:a", name, fields: [] },
    reason: "golive canary: 100 %, run 1",
  })),
});

Deno.test("a named flag is the only one that a rollback switches off", () => {
  deepEqual(chosenFlags("b2b", undefined, switched(["b2c"])), ["b2b"]);
});

Deno.test("without a name a rollback takes b2c and the canary's flags, if they are on", () => {
  const chosen = (...of: Parameters<typeof switched>) =>
    chosenFlags(undefined, undefined, switched(...of));
  deepEqual(chosen(["b2b"]), ["b2c", "b2b"]);
  deepEqual(chosen(["b2b"], ["b2c"]), ["b2b"]);
  deepEqual(chosen([]), ["b2c"]);
  deepEqual(chosen([], ["b2c"]), ["b2c"]);
});

Deno.test("a flag that a canary has switched off is not chosen in place of a flag that is on", () => {
  deepEqual(chosenFlags(undefined, undefined, switched(["b2b"], ["b2b"])), ["b2c"]);
});

Deno.test("a resumed rollback takes the flags of its first call", () => {
  deepEqual(chosenFlags(undefined, "b2b", switched([], ["b2c", "b2b"])), ["b2b"]);
  deepEqual(chosenFlags(undefined, "b2c", switched(["b2b"], ["b2c"])), ["b2c", "b2b"]);
});
