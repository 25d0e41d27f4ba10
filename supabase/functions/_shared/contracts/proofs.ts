/** Runs of the ledger's proof, and the violations that they found. */
import { z } from "@hono/zod-openapi";
import { Uuid } from "./fields.ts";
import { isSeq, listQuery, SeqCursor } from "./list-query.ts";
import { TimestampOut } from "./time-fields.ts";

const OUTCOMES = ["proved", "violated", "failed"] as const;

export const Proof = z.object({
  id: z.string().openapi({ example: "7" }),
  outcome: z.enum(OUTCOMES).openapi({
    description: "failed: the proof could not run, and `detail` has the SQLSTATE.",
  }),
  scope: z.enum(["whole", "incremental"]).openapi({
    description:
      "whole: every entry was read; incremental: entries that were proved before were skipped.",
  }),
  is_done: z.boolean().openapi({ description: "false: the run had no time for all entries." }),
  violations: z.int().nullable(),
  detail: z.string().openapi({ example: "rule 1, rule 10" }),
  started_at: TimestampOut,
  duration_ms: z.int(),
}).openapi("Proof");

const Violation = z.object({
  rule: z.int().openapi({ description: "The number of the rule in the ledger's rules." }),
  account_id: z.string().nullable(),
  user_id: Uuid.nullable(),
  detail: z.string(),
});

export const ProofWithViolations = Proof.extend({
  found: z.array(Violation).openapi({ description: "The first 100 violations." }),
}).openapi("ProofWithViolations");

export const ProofsQuery = z.strictObject({
  ...listQuery,
  cursor: SeqCursor.optional(),
  outcome: z.enum(OUTCOMES).optional(),
});

export const ProofPath = z.object({
  id: z.string().refine(isSeq, "Send the id of a run from GET /proofs."),
});
