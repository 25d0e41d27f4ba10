/** Money: an integer in the currency's minor unit, and the currency as a lower-case ISO code. */
import { z } from "@hono/zod-openapi";

/** An amount in a response. */
export const Money = z.int().openapi({
  description: "In the currency's minor unit.",
  example: 999,
});

/** A currency in a response. */
export const Currency = z.string().openapi({ pattern: "^[a-z]{3}$", example: "usd" });

const CODE = /^[a-z]{3}$/;

/** A currency in a request. */
export const CurrencyCode = z.string()
  .regex(CODE, "currency must be a lower-case ISO code, such as usd.")
  .openapi({ example: "usd" });

/** The highest amount that Stripe accepts for one charge. */
export const MAX_AMOUNT = 99_999_999;
