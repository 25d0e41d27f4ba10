/** Packages on sale, checkout sessions and orders. Money is an integer in the currency's minor unit. */
import { z } from "@hono/zod-openapi";
import { listQuery, SignedAmount, text, TimestampOut, Uuid } from "./common.ts";

const Money = z.int().openapi({ description: "In the currency's minor unit.", example: 999 });
const Currency = z.string().openapi({ pattern: "^[a-z]{3}$", example: "usd" });

export const Package = z.looseObject({
  id: z.string(),
  name: z.string(),
  amount: Money,
  currency: Currency,
  credits: SignedAmount,
  bonus_credits: SignedAmount,
  total_credits: SignedAmount,
}).openapi("Package");

const ReturnUrl = z.url({ protocol: /^https?$/ }).max(2048);

export const CheckoutBody = z.strictObject({
  package_id: text(64),
  success_url: ReturnUrl.optional(),
  cancel_url: ReturnUrl.optional(),
  client_temp_id: text(100).optional(),
}).openapi("CheckoutRequest");

export const Checkout = z.looseObject({
  order_id: Uuid,
  status: z.literal("pending"),
  checkout_session_id: z.string(),
  checkout_url: z.string(),
  expires_at: TimestampOut,
  package_id: z.string(),
  amount: Money,
  currency: Currency,
  total_credits: SignedAmount,
  client_temp_id: z.string().nullable(),
}).openapi("Checkout");

export const Order = z.looseObject({
  order_id: Uuid,
  status: z.enum([
    "pending",
    "processing",
    "paid",
    "failed",
    "expired",
    "partially_refunded",
    "refunded",
    "disputed",
  ]),
  package_id: z.string(),
  amount: Money,
  currency: Currency,
  total_credits: SignedAmount,
}).openapi("Order");

export const OrdersQuery = z.strictObject(listQuery);

export const OrderPath = z.object({ id: Uuid });

/** Stripe is told that the event is safe with us; what became of it is for the inbox. */
export const Received = z.object({
  received: z.literal(true),
  duplicate: z.literal(true).optional(),
  deferred: z.literal(true).optional(),
}).openapi("Received");
