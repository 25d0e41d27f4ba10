/** What a user may spend in a day. */
import { z } from "@hono/zod-openapi";
import { AmountOrZero, SignedAmount, TimestampOut, Uuid } from "./common.ts";

export const SpendCap = z.object({
  user_id: Uuid,
  daily: SignedAmount.nullable().openapi({
    description: "What holds: the lower of the two below. Null: no cap.",
  }),
  own_daily: SignedAmount.nullable().openapi({ description: "As the user has set it." }),
  imposed_daily: SignedAmount.nullable().openapi({
    description: "As the back end has set it; the user can't lift it.",
  }),
  spent_today: SignedAmount,
  resets_at: TimestampOut,
}).openapi("SpendCap");

export const SpendCapQuery = z.strictObject({ user_id: Uuid.optional() });

export const SpendCapBody = z.strictObject({
  user_id: Uuid.optional(),
  daily: AmountOrZero.nullable().openapi({
    description: "In a day, UTC; null takes this cap away. A user sets their own, a secret key " +
      "the imposed one.",
  }),
}).openapi("SpendCapRequest");
