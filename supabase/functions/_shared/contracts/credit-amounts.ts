/** Amounts of credits, as decimal texts. */
import { z } from "@hono/zod-openapi";

const AMOUNT = /^(0|[1-9]\d{0,19})(\.\d{1,18})?$/;
const ZERO = /^0(\.0*)?$/;

function amountError(input: unknown): string {
  if (input === undefined) return "This field is required.";
  if (typeof input === "number") return 'Send amounts as strings, for example "12.5".';
  return 'The amount must be a decimal string without a sign, for example "12.5", with at most 20 ' +
    "digits before the point and 18 after it.";
}

/** Zero or more credits, for example "0" or "49.5". */
export const AmountOrZero = z
  .string({ error: (issue) => amountError(issue.input) })
  .regex(AMOUNT, { error: (issue) => amountError(issue.input) })
  .openapi({ pattern: AMOUNT.source, example: "49.5" });

/** More than zero credits. A JSON number is refused, because it cannot hold 18 decimals. */
export const Amount = AmountOrZero
  .refine((text) => !ZERO.test(text), "The amount must be greater than zero.")
  .openapi({ pattern: AMOUNT.source, example: "49.5" });

/**
 * An amount of credits in a response; negative for credits that were taken, and for a balance below
 * zero.
 */
export const SignedAmount = z.string()
  .openapi({ pattern: "^-?(0|[1-9]\\d*)(\\.\\d{1,18})?$", example: "49.5" });
