/** Auto top-up. Credits are decimal strings; money is an integer in the currency's minor unit. */
import { z } from "@hono/zod-openapi";
import { Amount, SignedAmount, TimestampOut, Uuid } from "./common.ts";
import { ReturnUrl } from "./checkout.ts";

const Money = z.int().openapi({ description: "In the currency's minor unit.", example: 2000 });
const Currency = z.string().openapi({ pattern: "^[a-z]{3}$", example: "usd" });

const Charge = z.object({
  order_id: Uuid,
  status: z.string().openapi({ description: "That of an order." }),
  amount: Money,
  currency: Currency,
  credits: SignedAmount,
  failure_code: z.string().nullable().openapi({ example: "insufficient_funds" }),
  created_at: TimestampOut,
});

export const TopUps = z.object({
  enabled: z.boolean(),
  threshold: SignedAmount.nullable(),
  target: SignedAmount.nullable(),
  monthly_cap: Money.nullable(),
  currency: Currency,
  consented_at: TimestampOut.nullable(),
  state: z.enum(["off", "card_missing", "on", "charging", "authentication_required", "paused"]),
  paused: z.enum(["failures", "card_gone", "refunded"]).nullable(),
  failures: z.int().openapi({ description: "In a row." }),
  next_attempt_at: TimestampOut.nullable(),
  charged_this_month: Money.openapi({ description: "In this calendar month, UTC." }),
  card: z.object({ brand: z.string().nullable(), last4: z.string().nullable() }).nullable(),
  link: z.string().nullable().openapi({
    description: "Where the user pays the open charge: the bank wants them for it.",
  }),
  charges: z.array(Charge).openapi({ description: "The last ten, newest first." }),
}).openapi("TopUps");

export const TopUpsBody = z.strictObject({
  enabled: z.boolean().openapi({ description: "True is the user's consent to these terms." }),
  threshold: Amount.openapi({ description: "Below this many available credits." }),
  target: Amount.openapi({ description: "One charge buys what is missing to this many." }),
  monthly_cap: z.int().min(1).openapi({
    description: "At most this much in a calendar month, UTC. In the currency's minor unit.",
    example: 2000,
  }),
}).openapi("TopUpsRequest");

export const CardBody = z.strictObject({
  success_url: ReturnUrl.optional(),
  cancel_url: ReturnUrl.optional(),
}).openapi("SaveCardRequest");

export const CardPage = z.object({ setup_url: z.string() }).openapi("SaveCard");
