/** Requests for welcome credits, for operators. */
import { z } from "@hono/zod-openapi";
import { SignedAmount } from "./credit-amounts.ts";
import { text, Uuid } from "./fields.ts";
import { isSeq, listQuery, SeqCursor } from "./list-query.ts";
import { Timestamp, TimestampOut } from "./time-fields.ts";

const Status = z.enum(["queued", "granted", "refused"]);

const RefusedAs = z.enum([
  "off",
  "user_deleted",
  "no_email",
  "email_known",
  "domain_blocked",
  "day_ceiling",
]);

/** The request of a user who confirmed an email address while welcome credits were on. */
export const WelcomeGrant = z.object({
  id: z.string().openapi({ example: "17" }),
  user_id: Uuid.nullable().openapi({ description: "Null after the user was deleted." }),
  address: z.string().nullable().openapi({
    description: "The current address. It is masked unless the list is of one user.",
    example: "a***@example.com",
  }),
  status: Status.openapi({ description: "queued: a runner decides within a minute." }),
  refused_as: RefusedAs.nullable().openapi({
    description: "The limit that refused the user; set only if status is refused.",
    example: "day_ceiling",
  }),
  amount: SignedAmount.nullable().openapi({ description: "Set only if status is granted." }),
  lot_id: Uuid.nullable(),
  queued_at: TimestampOut,
  decided_at: TimestampOut.nullable(),
  retried_at: TimestampOut.nullable().openapi({
    description: "When an operator last queued the user again.",
  }),
}).openapi("WelcomeGrant");

export const WelcomeGrantsQuery = z.strictObject({
  ...listQuery,
  cursor: SeqCursor.optional(),
  status: Status.optional(),
  refused_as: RefusedAs.optional(),
  user_id: Uuid.optional(),
});

export const WelcomeGrantPath = z.object({
  id: z.string().refine(
    isSeq,
    "Send the id of a request for welcome credits. GET /credits/welcome-grants lists these ids.",
  ),
});

export const WelcomeRetryBody = z.strictObject({
  reason: text(500).openapi({ description: "Stored in the audit log, with the operator's id." }),
}).openapi("WelcomeRetryRequest");

export const WelcomeRetryRefusedBody = z.strictObject({
  since: Timestamp.openapi({
    description: "Queues only users who were refused at or after this time.",
  }),
  until: Timestamp.optional().openapi({
    description: "Queues only users who were refused at or before this time; by default, now.",
  }),
  refused_as: RefusedAs.optional(),
  reason: text(500).optional().openapi({ description: "Required unless `dry_run` is true." }),
  dry_run: z.boolean().default(false).openapi({
    description: "true returns what would be queued again, and changes nothing.",
  }),
}).openapi("RefusedWelcomeRetryRequest");

/**
 * One request retries the refused welcome credits of at most this many users. A transaction with
 * this many rows takes less than a second; a further request retries the rest.
 */
export const RETRIED_AT_ONCE = 1000;

export const RetriedWelcome = z.object({
  dry_run: z.boolean(),
  until: TimestampOut.openapi({
    description:
      "The end of the period that was searched. Send it as `until` after a dry run, so " +
      "that the retry finds nothing newer.",
  }),
  found: z.array(z.object({ refused_as: RefusedAs, count: z.int() })).openapi({
    description: "The matching users, counted before the retry.",
  }),
  retried: z.int().openapi({
    description: `At most ${RETRIED_AT_ONCE} in one request, oldest first. ` +
      "Repeat the request for the others, with the same `until`, which leaves out users who were " +
      "refused again.",
  }),
}).openapi("RetriedWelcome");
