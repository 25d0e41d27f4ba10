/** Holds: credits reserved for work in progress. */
import { z } from "@hono/zod-openapi";
import { Amount, AmountOrZero, SignedAmount } from "./credit-amounts.ts";
import { text, Uuid } from "./fields.ts";
import { TimestampOut } from "./time-fields.ts";
import { LotShare } from "./credits.ts";
import { Model, SettleUsage } from "./usage.ts";

export const HoldPath = z.object({ id: Uuid });

const Tokens = z.int().min(0).max(1_000_000_000);

const HoldEstimate = z.strictObject({
  model: Model,
  input_tokens: Tokens,
  max_output_tokens: Tokens,
});

const DAY_SECONDS = 86_400;
const DEFAULT_TTL_SECONDS = 600;

function oneOf(left: string, right: string) {
  return {
    check: (body: Record<string, unknown>) =>
      (body[left] === undefined) !== (body[right] === undefined),
    error: { message: `Send either \`${left}\` or \`${right}\`.`, path: [left] },
  };
}

const amountOrEstimate = oneOf("amount", "estimate");

export const HoldBody = z.strictObject({
  user_id: Uuid,
  amount: Amount.optional(),
  estimate: HoldEstimate.optional(),
  ttl_seconds: z.int().min(1).max(DAY_SECONDS).default(DEFAULT_TTL_SECONDS),
  reason: text(500).optional(),
}).refine(amountOrEstimate.check, amountOrEstimate.error)
  .openapi("HoldRequest", { description: "Send either `amount` or `estimate`." });

const holdFields = {
  hold_id: Uuid,
  user_id: Uuid,
  amount: SignedAmount,
  model: z.string().optional(),
  rate_version: z.int().optional(),
  reason: z.string().nullable(),
  expires_at: TimestampOut,
  created_at: TimestampOut,
  resolved_at: TimestampOut.nullable(),
};

export const OpenedHold = z.object({
  ...holdFields,
  status: z.literal("open"),
  available_after: SignedAmount,
}).openapi("OpenedHold");

const HoldChat = z.object({
  credits: SignedAmount.openapi({
    description: "The chat's charge, even if made after the release, less the corrections.",
  }),
  is_final: z.boolean().openapi({
    description: "false: the chat's own request may still change the charge. Read the hold again.",
  }),
});

/**
 * A hold. `model` and `rate_version` are present if the hold's amount is the price of an estimate;
 * the settlement then uses the same rate. `chat` is present if the hold belonged to a chat and has
 * ended.
 */
export const Hold = z.object({
  ...holdFields,
  status: z.enum(["open", "settled", "released"]),
  settled: SignedAmount.optional(),
  shortfall: SignedAmount.optional(),
  chat: HoldChat.optional(),
}).openapi("Hold");

const amountOrUsage = oneOf("amount", "usage");

export const SettleBody = z.strictObject({
  amount: AmountOrZero.optional(),
  usage: SettleUsage.optional(),
}).refine(amountOrUsage.check, amountOrUsage.error)
  .openapi("SettleRequest", { description: "Send either `amount` or `usage`." });

export const SettledHold = z.object({
  hold_id: Uuid,
  status: z.literal("settled"),
  settled: SignedAmount,
  released: SignedAmount,
  shortfall: SignedAmount,
  balance_after: SignedAmount,
  transaction_id: Uuid.nullable(),
  lots: z.array(LotShare),
}).openapi("SettledHold");

export const ReleasedHold = z.object({
  hold_id: Uuid,
  status: z.literal("released"),
}).openapi("ReleasedHold");
