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

const ORDER = { reference_type: "order", reference_id: "8" } as const;
const OLD = { ...ORDER, reference_id: "9" } as const;
const bought = (id: string) => id === "8" ? "Starter package" : undefined;

const CASES: readonly (readonly [what: string, entry: Partial<Entry>, reason: string])[] = [
  ["its reason", { metadata: { reason: "A picture", model: "gpt-4o" } }, "A picture"],
  ["its model if it has no reason", { metadata: { model: "gpt-4o" } }, "Use of gpt-4o"],
  [
    "the chat with its tokens",
    { reference_type: "chat", reference_id: "7", metadata: { model: "m", input_tokens: 12 } },
    "Chat with m: 12 input tokens",
  ],
  [
    "the step of a job",
    { reference_type: "job", metadata: { model: "m", step: "plan", output_tokens: 7 } },
    "Step plan of a job, m: 7 output tokens",
  ],
  ["the package that was bought", { ...ORDER, kind: "purchase" }, "Starter package bought"],
  ["the order if it is an old one", { ...OLD, kind: "purchase" }, "Order 9"],
  ["a bonus", { ...ORDER, kind: "bonus" }, "Bonus: Starter package"],
  [
    "a refund",
    { ...OLD, kind: "clawback", metadata: { refund_id: "3" } },
    "Refund: order 9",
  ],
  [
    "a dispute",
    { ...ORDER, kind: "clawback", metadata: { dispute_id: "3" } },
    "Dispute: Starter package",
  ],
  [
    "that credits expired",
    { kind: "expiry", reference_type: "lot" },
    "The credits were not used in time",
  ],
  ["its reference", { reference_type: "job_step", reference_id: "7" }, "job step 7"],
  ["its author if it has nothing else", {}, "by the app"],
  [
    "the name of an author that this version does not know",
    { author: "partner:9" },
    "by partner:9",
  ],
  ["its author if the reason is no text", { metadata: { reason: 7 } }, "by the app"],
];

for (const [what, entry, reason] of CASES) {
  Deno.test(`the reason of an entry is ${what}`, () => {
    equal(reasonOf({ ...ENTRY, ...entry }, bought), reason);
  });
}
