import { deepEqual, equal } from "node:assert/strict";
import { flagNow, flagsOfCanary, isOwn, ownOf } from "./canary-flags.ts";
import type { FlagName, Flags } from "./flags.ts";

type Change = readonly [name: FlagName, state: "on" | "off" | "percentage", reason: string | null];

/**
 * The settings after these changes. The last change is the newest. The state `percentage` always
 * means 50 %.
 */
function settingsAfter(...changes: readonly Change[]): Flags {
  const at = (nr: number) => `2027-01-01T00:00:0${nr}Z`;
  const past = changes.map(([name, _, reason], nr) => ({
    ...{ version: String(nr + 1), changed_at: at(nr + 1), author: "key:a", reason, name },
    fields: [],
  }));
  const flag = (name: FlagName) => {
    const nr = changes.findLastIndex((change) => change[0] === name);
    const state = changes[nr]?.[1] ?? "off";
    const percentage = state === "percentage" ? 50 : 0;
    return { name, state, percentage, changed_by: "key:a", changed_at: at(nr + 1) };
  };
  const version = String(changes.length);
  return { version, flags: [flag("b2b"), flag("b2c")], history: past.toReversed() };
}

const CANARY: Change = ["b2c", "percentage", "golive canary: 50 %, run 1"];
const OWN = ownOf(
  flagNow(settingsAfter(), "b2c")!,
  { state: "percentage", percentage: 50 },
  "golive canary: 50 %, run 1",
);
const isOwnAfter = (...changes: readonly Change[]) =>
  isOwn(flagNow(settingsAfter(...changes), "b2c"), OWN);

Deno.test("a canary's flag is its own until somebody else changes it, in either direction", () => {
  equal(isOwnAfter(CANARY), true);
  equal(isOwnAfter(CANARY, ["b2b", "on", "a launch"]), true, "another flag");
  equal(isOwnAfter(CANARY, ["b2c", "off", "golive rollback"]), false);
  equal(isOwnAfter(CANARY, ["b2c", "on", null]), false);
  equal(isOwnAfter(CANARY, ["b2c", "percentage", "golive canary: 50 %, run 2"]), false);
});

Deno.test("a canary that was killed before its change, or changed nothing, still owns the flag", () => {
  equal(isOwnAfter(), true);
  equal(isOwnAfter(["b2c", "off", null]), false, "switched off again by a person");
  equal(isOwn(undefined, OWN), false);
});

Deno.test("a rollback finds the flags whose newest change is a canary's, and no others", () => {
  deepEqual(flagsOfCanary(settingsAfter(CANARY)), ["b2c"]);
  deepEqual(flagsOfCanary(settingsAfter(CANARY, ["b2b", "on", "golive canary: 100 %"])), [
    ...["b2c", "b2b"],
  ]);
  deepEqual(flagsOfCanary(settingsAfter(CANARY, ["b2c", "on", "the shop is open"])), []);
});
