/** Credits reserved for work in flight. */
import { z } from "@hono/zod-openapi";
import { Amount, AmountOrZero, SignedAmount, text, TimestampOut, Uuid } from "./common.ts";
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
    error: { message: `Send either ${left} or ${right}.`, path: [left] },
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
  .openapi("HoldRequest", { description: "Either amount or estimate." });

export const OpenedHold = z.looseObject({
  hold_id: Uuid,
  status: z.literal("open"),
  amount: SignedAmount,
  available_after: SignedAmount,
  expires_at: TimestampOut,
}).openapi("OpenedHold");

export const Hold = z.looseObject({
  hold_id: Uuid,
  status: z.enum(["open", "settled", "released"]),
  amount: SignedAmount,
  expires_at: TimestampOut,
}).openapi("Hold");

const amountOrUsage = oneOf("amount", "usage");

export const SettleBody = z.strictObject({
  amount: AmountOrZero.optional(),
  usage: SettleUsage.optional(),
}).refine(amountOrUsage.check, amountOrUsage.error)
  .openapi("SettleRequest", { description: "Either amount or usage." });

export const SettledHold = z.looseObject({
  hold_id: Uuid,
  status: z.literal("settled"),
  settled: SignedAmount,
  released: SignedAmount,
  shortfall: SignedAmount,
  balance_after: SignedAmount,
}).openapi("SettledHold");

export const ReleasedHold = z.looseObject({
  hold_id: Uuid,
  status: z.literal("released"),
}).openapi("ReleasedHold");
