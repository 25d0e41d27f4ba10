import { deepEqual, equal } from "node:assert/strict";
import { describeRun } from "./welcome.ts";

const RUN = {
  outcome: "proved",
  scope: "whole",
  is_done: true,
  violations: 0,
  detail: "",
  started_at: "2026-11-24T03:30:00.123Z",
  duration_ms: 41,
} as const;

Deno.test("a proved ledger is in order", () => {
  deepEqual(describeRun(RUN), {
    state: "good",
    summary: "The ledger's rules hold.",
    detail: "Every entry, 2026-11-24 03:30 UTC, 41 ms.",
  });
  const part = describeRun({ ...RUN, scope: "incremental", is_done: false });
  equal(
    part.detail,
    "A part of the entries since the run before, 2026-11-24 03:30 UTC, 41 ms.",
  );
});

Deno.test("violations and a proof that could not run are not in order, and no run is unknown", () => {
  const violated = describeRun({ ...RUN, outcome: "violated", violations: 3, detail: "rule 1" });
  deepEqual([violated.state, violated.summary], [
    "bad",
    "The ledger breaks its rules: 3 violations.",
  ]);
  equal(describeRun({ ...RUN, outcome: "failed", violations: null, detail: "57014" }).state, "bad");
  equal(describeRun(undefined).state, "unknown");
});
