/** The operators' endpoints about fraud: decisions, blocks, early fraud warnings and limits. */
import { z } from "@hono/zod-openapi";
import { networkOf } from "../core/ip-networks.ts";
import { text, Uuid } from "./fields.ts";
import { listQuery, SeqCursor } from "./list-query.ts";
import { Timestamp, TimestampOut } from "./time-fields.ts";

const Outcome = z.enum(["allow", "refuse", "flag"]);

export const DecisionsQuery = z.strictObject({
  ...listQuery,
  cursor: SeqCursor.optional(),
  user_id: Uuid.optional(),
  outcome: Outcome.optional(),
});

export const Decision = z.object({
  id: z.string(),
  user_id: Uuid.nullable().openapi({ description: "Null if the user was deleted." }),
  action: z.enum(["checkout", "booking", "top_up"]),
  outcome: Outcome,
  reasons: z.array(z.string()).openapi({ example: ["user_velocity", "no_ip"] }),
  order_id: Uuid.nullable(),
  booking_id: Uuid.nullable().openapi({
    description:
      "The booking that was allowed. If the outcome is `flag`, its buyer and its provider share a " +
      "card, a payout account or an IP address; `reasons` says which.",
  }),
  ip_hash: z.string().nullable().openapi({
    description: "A hash of the IP address; a block accepts the hash as its value.",
  }),
  decided_at: TimestampOut,
}).openapi("FraudDecision");

const Kind = z.enum(["user", "ip", "card"]);
const HASH = /^[0-9a-f]{64}$/;

export const Block = z.object({
  id: Uuid,
  kind: Kind,
  value: z.string().openapi({ description: "A user's id, or the hash of an address or a card." }),
  reason: z.string(),
  blocked_by: z.string().openapi({ description: "operator:<id> or key:<key's name>." }),
  until: TimestampOut.nullable(),
  created_at: TimestampOut,
}).openapi("FraudBlock");

/**
 * Returns whether the value fits the kind. Instead of an IP address, the value may be the address's
 * hash from an earlier response, because addresses are stored only as hashes.
 */
function isValueOf(kind: z.output<typeof Kind>, value: string): boolean {
  if (kind === "user") return Uuid.safeParse(value).success;
  if (kind === "ip") return HASH.test(value) || networkOf(value) !== null;
  return /^[\x21-\x7e]{1,255}$/.test(value);
}

export const BlockBody = z.strictObject({
  kind: Kind,
  value: text(255).openapi({
    description:
      "user: an id; ip: an address, or the ip_hash of a decision; card: Stripe's fingerprint.",
  }),
  reason: text(500),
  until: Timestamp.optional(),
}).refine(({ kind, value }) => isValueOf(kind, value), {
  path: ["value"],
  error: "value must be a user's id if kind is user, an IP address or an ip_hash if kind is ip, " +
    "or Stripe's fingerprint if kind is card.",
}).openapi("FraudBlockRequest");

export const BlocksQuery = z.strictObject({
  ...listQuery,
  cursor: Uuid.optional(),
  user_id: Uuid.optional().openapi({
    description: "Blocks of this user, and of cards that they used in the last 90 days.",
  }),
});
export const BlockPath = z.object({ id: Uuid });

const WarningState = z.enum(["open", "cleared", "refunded"]);

export const WarningsQuery = z.strictObject({
  ...listQuery,
  cursor: text(255).optional(),
  state: WarningState.optional(),
  user_id: Uuid.optional(),
});

export const Warning = z.object({
  warning_id: z.string(),
  order_id: Uuid.nullable(),
  booking_id: Uuid.nullable(),
  user_id: Uuid.nullable(),
  fraud_type: z.string().nullable(),
  actionable: z.boolean().nullable(),
  state: WarningState,
  created_at: TimestampOut,
}).openapi("FraudWarning");

/** The path parameter of a warning: Stripe's id of the early fraud warning. */
export const WarningPath = z.object({
  id: z.string().regex(
    /^[A-Za-z0-9_]{1,255}$/,
    "id must be the id of an early fraud warning, for example issfr_1PgafyB7WZ01zgkWSjxsAJo3.",
  ),
});
export const ClearWarningBody = z.strictObject({ reason: text(500) })
  .openapi("FraudWarningClearRequest");
export const ClearedWarning = z.object({ warning_id: z.string(), state: WarningState })
  .openapi("ClearedFraudWarning");

const Limit = z.int().min(1).max(1_000_000);

const limits = {
  sessions_per_user_hour: Limit.openapi({
    description: "The most new checkouts of a user in an hour.",
  }),
  sessions_per_ip_hour: Limit.openapi({
    description: "The most new checkouts from an IP address in an hour.",
  }),
  failed_cards_per_user_hour: Limit.openapi({
    description: "After this many declined payments in an hour, a user's checkouts are refused.",
  }),
  users_per_card_day: Limit.openapi({
    description: "The most users who may share a card in a day.",
  }),
  cards_per_user_day: Limit.openapi({
    description: "The most cards that a user may use in a day.",
  }),
  bookings_per_provider_hour: Limit.openapi({
    description: "The most new bookings of a provider in an hour, from all buyers together.",
  }),
  early_fraud_warning: z.enum(["review", "refund"]).openapi({
    description:
      "refund: a payment with a warning is refunded at once; review: an operator decides.",
  }),
};

export const FraudPolicy = z.object({
  ...limits,
  updated_at: TimestampOut.nullable(),
  updated_by: z.string().nullable().openapi({
    description: "operator:<id>, key:<name> or sql:<role>.",
  }),
}).openapi("FraudPolicy");

export const FraudPolicyBody = z.strictObject(limits).partial()
  .refine((given) => Object.keys(given).length > 0, "Send at least one field to change.")
  .openapi("FraudPolicyRequest");
