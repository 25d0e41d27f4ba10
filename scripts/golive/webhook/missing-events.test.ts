import { deepEqual } from "node:assert/strict";
import { gapsOf, judgeGaps, type Listed } from "./missing-events.ts";

const event = (id: string, created: number): Listed => ({ id, type: "refund.created", created });

Deno.test("an event that the inbox lacks is missing once it is old enough", () => {
  const listed = [event("evt_old", 100), event("evt_there", 100), event("evt_new", 101)];
  const { due, missing } = gapsOf(listed, new Map([["evt_there", "processed"]]), 100);
  deepEqual([due, missing.map(({ id }) => id)], [2, ["evt_old"]]);
});

Deno.test("dead and failed events are stuck; deferred and ignored ones have arrived", () => {
  const states = ["processed", "ignored", "deferred", "received", "failed", "dead"];
  const listed = states.map((state) => event(`evt_${state}`, 1));
  const { missing, stuck } = gapsOf(listed, new Map(states.map((s) => [`evt_${s}`, s])), 1);
  deepEqual([missing, stuck], [[], ["evt_failed failed", "evt_dead dead"]]);
});

Deno.test("a project without events has no gaps", () => {
  deepEqual(gapsOf([], new Map(), 1), { listed: 0, due: 0, missing: [], stuck: [] });
});

Deno.test("a dead-lettered event is a NO-GO, and a failed event that is retried is a warning", () => {
  const stateOf = (...stuck: string[]) =>
    judgeGaps({ listed: 2, due: 2, missing: [], stuck }, "curl").state;
  deepEqual(
    [stateOf(), stateOf("evt_1 failed"), stateOf("evt_1 failed", "evt_2 dead")],
    ["ok", "warning", "failed"],
  );
});
