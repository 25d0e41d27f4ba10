/** What a user may spend in a day. */
import { z } from "@hono/zod-openapi";
import { AmountOrZero, SignedAmount, TimestampOut, Uuid } from "./common.ts";

export const SpendCap = z.object({
  user_id: Uuid,
  daily: SignedAmount.nullable().openapi({ description: "Null: no cap." }),
  spent_today: SignedAmount,
  resets_at: TimestampOut,
}).openapi("SpendCap");

export const SpendCapQuery = z.strictObject({ user_id: Uuid.optional() });

export const SpendCapBody = z.strictObject({
  user_id: Uuid.optional(),
  daily: AmountOrZero.nullable().openapi({
    description: "In a day, UTC; null takes the cap away.",
  }),
}).openapi("SpendCapRequest");
