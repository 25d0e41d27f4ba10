/** The ledger as callers see it: balance, entries, grants, debits. */
import { z } from "@hono/zod-openapi";
import {
  Amount,
  listQuery,
  SeqCursor,
  SignedAmount,
  text,
  Timestamp,
  TimestampOut,
  Uuid,
} from "./common.ts";

const LotSource = z.enum(["paid", "bonus", "promotional", "adjustment"]);

const BalanceLot = z.object({
  id: Uuid,
  source: LotSource,
  remaining: SignedAmount,
  expires_at: TimestampOut.nullable(),
  frozen: z.boolean().openapi({
    description: "While their payment is disputed or warned of: in the balance, not available.",
  }),
});

/** With `?at=` only `balance` and `as_of` are known: holds and lots of the past are not kept. */
export const Balance = z.object({
  balance: SignedAmount,
  held: SignedAmount.optional(),
  available: SignedAmount.optional(),
  debt: SignedAmount.optional(),
  lots: z.array(BalanceLot).optional(),
  as_of: TimestampOut,
}).openapi("Balance");

export const BalanceQuery = z.strictObject({
  user_id: Uuid.optional(),
  at: Timestamp.optional(),
});

export const EntryKind = z.enum([
  "purchase",
  "bonus",
  "promotion",
  "adjustment",
  "debit",
  "usage",
  "settle",
  "expiry",
  "clawback",
  "reinstatement",
]);

export const Entry = z.object({
  id: Uuid,
  seq: z.int().openapi({ description: "Position in the account: 1, 2, 3 … without a gap." }),
  kind: EntryKind,
  amount: SignedAmount,
  balance_after: SignedAmount,
  transaction_id: Uuid,
  lot_id: Uuid.nullable(),
  reference_type: z.string().nullable(),
  reference_id: z.string().nullable(),
  correlation_id: z.string().nullable(),
  author: z.string().openapi({
    description: "Who moved the credits: owner (the account's own user), operator, key, stripe, " +
      "task or sql. To a secret key with the name: operator:<user id>, key:<name>, " +
      "stripe:<event id>, task:<name>, sql:<role>.",
    example: "owner",
  }),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  event_at: TimestampOut,
  created_at: TimestampOut,
}).openapi("Entry");

export const EntriesQuery = z.strictObject({
  ...listQuery,
  cursor: SeqCursor.optional(),
  user_id: Uuid.optional(),
  kind: EntryKind.optional(),
  from: Timestamp.optional(),
  to: Timestamp.optional(),
  format: z.enum(["json", "csv"]).optional(),
});

export const GrantBody = z.strictObject({
  user_id: Uuid,
  amount: Amount,
  source: z.enum(["promotional", "adjustment"]),
  expires_at: Timestamp.optional(),
  priority: z.int().min(0).max(1000).optional()
    .openapi({ description: "0 is spent first." }),
  reason: text(500),
}).openapi("GrantRequest");

export const Grant = z.object({
  id: Uuid,
  user_id: Uuid,
  source: LotSource,
  amount: SignedAmount,
  remaining: SignedAmount,
  priority: z.int(),
  expires_at: TimestampOut.nullable(),
  created_at: TimestampOut,
}).openapi("Lot");

/** What one lot gave to a debit. */
export const LotShare = z.object({ id: Uuid, source: LotSource, amount: SignedAmount })
  .openapi("LotShare");

export const DebitBody = z.strictObject({
  user_id: Uuid,
  amount: Amount,
  reason: text(500),
  reference_id: text(200).optional(),
}).openapi("DebitRequest");

export const Debit = z.object({
  transaction_id: Uuid,
  amount: SignedAmount,
  balance_after: SignedAmount,
  lots: z.array(LotShare),
}).openapi("Debit");
