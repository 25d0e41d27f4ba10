/** The ledger as callers see it: balance, entries, grants, debits. */
import { z } from "@hono/zod-openapi";
import { Amount, SignedAmount } from "./credit-amounts.ts";
import { NamedUser, text, Uuid } from "./fields.ts";
import { listQuery, SeqCursor } from "./list-query.ts";
import { Timestamp, TimestampOut } from "./time-fields.ts";

const LotSource = z.enum(["paid", "bonus", "promotional", "adjustment"]);

const BalanceLot = z.object({
  id: Uuid,
  source: LotSource,
  remaining: SignedAmount,
  expires_at: TimestampOut.nullable(),
  frozen: z.boolean().openapi({
    description:
      "true: the lot is in the balance but not available, since its payment is disputed or has an " +
      "early fraud warning.",
  }),
});

/**
 * A balance. With `?at=`, which gives a past time, the response has only `balance` and `as_of`,
 * because past holds and lots are not stored.
 */
export const Balance = z.object({
  balance: SignedAmount,
  held: SignedAmount.optional(),
  available: SignedAmount.optional(),
  debt: SignedAmount.optional(),
  lots: z.array(BalanceLot).optional(),
  as_of: TimestampOut,
}).openapi("Balance");

export const BalanceQuery = z.strictObject({
  user_id: NamedUser,
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
    description:
      "The author of the movement: owner (the account's own user), operator, key, stripe, " +
      "task or sql. A secret key or an operator sees the name too: operator:<user id>, key:<name>, " +
      "stripe:<event id>, task:<name>, sql:<role>.",
    example: "owner",
  }),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  event_at: TimestampOut,
  created_at: TimestampOut,
}).openapi("Entry");

/** An entry with the ids of its causes, such as an order, and with its reason as a sentence. */
export const ExplainedEntry = Entry.extend({
  order_id: z.string().nullable(),
  job_id: z.string().nullable(),
  hold_id: z.string().nullable(),
  stripe_event_id: z.string().nullable(),
  reason: z.string().openapi({
    description: "The reason of the change, for people. Programs read kind and the ids.",
    example: "Usage of gpt-4o: 1000 input, 500 output tokens",
  }),
}).openapi("ExplainedEntry");

export const EntriesQuery = z.strictObject({
  ...listQuery,
  cursor: SeqCursor.optional(),
  user_id: NamedUser,
  kind: EntryKind.optional(),
  from: Timestamp.optional(),
  to: Timestamp.optional(),
  format: z.enum(["json", "csv"]).optional(),
});

/**
 * With `once`, a repeated request with the same `reference_id` never moves credits again, however
 * late it arrives.
 */
const reference = {
  reference_id: text(200).optional(),
  once: z.boolean().optional().openapi({
    description:
      "true: this reference_id moves the user's credits only once, for ever. A repeat with the " +
      "same contents returns the first response and `duplicate: true`; another amount, source, " +
      "expires_at or priority gets 409 `reference_conflict`.",
  }),
};

const NEEDS_REFERENCE = {
  message: "`reference_id` is required if `once` is true.",
  path: ["reference_id"],
};

interface Referring {
  readonly once?: boolean | undefined;
  readonly reference_id?: string | undefined;
}

function isNamed({ once, reference_id }: Referring): boolean {
  return once !== true || reference_id !== undefined;
}

const Duplicate = z.literal(true).optional().openapi({
  description: "Present if an earlier request with this reference_id moved the credits.",
});

const GrantSource = z.enum(["promotional", "adjustment"]);

export const GrantBody = z.strictObject({
  user_id: Uuid,
  amount: Amount,
  source: GrantSource,
  expires_at: Timestamp.optional(),
  priority: z.int().min(0).max(1000).optional()
    .openapi({ description: "Credits with the lowest number are spent first." }),
  reason: text(500),
  ...reference,
  dry_run: z.boolean().default(false).openapi({
    description:
      "true returns what the grant would change, and changes nothing. The Idempotency-Key is not " +
      "used up.",
  }),
}).refine(isNamed, NEEDS_REFERENCE).openapi("GrantRequest");

export const Grant = z.object({
  id: Uuid,
  user_id: Uuid,
  source: LotSource,
  amount: SignedAmount,
  remaining: SignedAmount,
  priority: z.int(),
  expires_at: TimestampOut.nullable(),
  created_at: TimestampOut,
  duplicate: Duplicate,
}).openapi("Lot");

const Ceiling = z.enum(["grant", "author_day", "day"]).nullable().openapi({
  description:
    "The ceiling that the grant exceeds: of one grant, of one operator in a day, or of all operators " +
    "in a day.",
});

const GrantStatus = z.enum(["pending", "granted", "declined", "expired"]);

/**
 * A recorded grant. A grant that exceeds one of the policy's limits for grants waits for a second
 * operator; `ceiling` names the limit.
 */
export const RecordedGrant = z.object({
  grant_id: Uuid,
  user_id: Uuid.nullable(),
  status: GrantStatus,
  source: GrantSource,
  amount: SignedAmount,
  priority: z.int().nullable(),
  expires_at: TimestampOut.nullable(),
  reason: z.string().nullable(),
  reference_id: z.string().nullable(),
  ceiling: Ceiling,
  requested_by: z.string().openapi({ example: "operator:6f1c2f0e-5d0a-4f53-9d0c-0d8f6a1b2c3d" }),
  confirm_before: TimestampOut.nullable(),
  decided_by: z.string().nullable(),
  decided_at: TimestampOut.nullable(),
  lot_id: Uuid.nullable(),
  created_at: TimestampOut,
  duplicate: Duplicate,
}).openapi("Grant");

/** The response to the dry run of a grant. */
export const GrantPreview = z.object({
  dry_run: z.literal(true),
  user_id: Uuid,
  amount: SignedAmount,
  status: GrantStatus.extract(["granted", "pending"]).openapi({
    description: "`pending`: another operator would have to confirm the grant.",
  }),
  ceiling: Ceiling,
  balance_after: SignedAmount.openapi({
    description:
      "The user's balance after the grant, or after the confirmation of a pending grant.",
  }),
  debt_after: SignedAmount.openapi({ description: "The debt that would be left, in credits." }),
  duplicate: Duplicate,
}).openapi("GrantPreview");

export const GrantPath = z.object({ id: Uuid });

export const GrantsQuery = z.strictObject({
  ...listQuery,
  cursor: Uuid.optional(),
  status: GrantStatus.optional(),
  user_id: Uuid.optional(),
});

/** The part of a debit that one lot paid. */
export const LotShare = z.object({ id: Uuid, source: LotSource, amount: SignedAmount })
  .openapi("LotShare");

export const DebitBody = z.strictObject({
  user_id: Uuid,
  amount: Amount,
  reason: text(500),
  ...reference,
}).refine(isNamed, NEEDS_REFERENCE).openapi("DebitRequest");

export const Debit = z.object({
  transaction_id: Uuid,
  amount: SignedAmount,
  balance_after: SignedAmount,
  lots: z.array(LotShare),
  duplicate: Duplicate,
}).openapi("Debit");
