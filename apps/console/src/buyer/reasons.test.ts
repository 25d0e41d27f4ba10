import { equal } from "node:assert/strict";
import type { Entry } from "@farthing/client";
import { reasonOf } from "./reasons.ts";

const ENTRY: Entry = {
  id: "1",
  seq: 1,
  kind: "debit",
  amount: "-1",
  balance_after: "9",
  author: "key:default",
  correlation_id: null,
  created_at: "2026-01-01T00:00:00Z",
  event_at: "2026-01-01T00:00:00Z",
  lot_id: null,
  metadata: null,
  reference_type: null,
  reference_id: null,
  transaction_id: "1",
};

const CASES: readonly (readonly [what: string, entry: Partial<Entry>, reason: string])[] = [
  ["its reason", { metadata: { reason: "A picture", model: "gpt-4o" } }, "A picture"],
  ["its model if it has no reason", { metadata: { model: "gpt-4o" } }, "gpt-4o"],
  ["its reference", { reference_type: "job_step", reference_id: "7" }, "job step 7"],
  ["its author if it has nothing else", {}, "by the app"],
  ["the author of a later version by its name", { author: "partner:9" }, "by partner:9"],
  ["its author if the reason is no text", { metadata: { reason: 7 } }, "by the app"],
];

for (const [what, entry, reason] of CASES) {
  Deno.test(`the reason of an entry is ${what}`, () => {
    equal(reasonOf({ ...ENTRY, ...entry }), reason);
  });
}
