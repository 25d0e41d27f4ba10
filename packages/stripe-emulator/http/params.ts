import { z } from "zod";
import { invalidRequest, StripeApiError } from "../core/errors.ts";
import type { RawParams } from "./form-encoding.ts";

/*
 * Parameter kinds. Everything arrives as text; a kind's error message is Stripe's error code where
 * Stripe has one, and `explain` turns it into the sentence of the answer.
 */

const EXPLANATIONS: Record<string, string> = {
  parameter_invalid_integer: "This value must be an integer.",
  parameter_invalid_empty: "This value must not be empty. Leave the parameter out instead.",
  url_invalid: "This value must be an absolute http or https URL.",
  email_invalid: "This value is not an e-mail address.",
};

export const text = z.string().min(1, "parameter_invalid_empty").max(5_000);
export const flag = z.enum(["true", "false"]).transform((value) => value === "true");
export const integer = z.string().regex(/^-?\d{1,15}$/, "parameter_invalid_integer")
  .transform(Number);

export const natural = integer.refine((value) => value >= 0, "parameter_invalid_integer");
export const url = z.string().refine(isHttpUrl, "url_invalid");
export const email = z.string().refine((value) => /^[^\s@]+@[^\s@]+$/.test(value), "email_invalid");
export const currency = z.string().regex(/^[a-zA-Z]{3}$/, "Not a three-letter currency code.")
  .transform((value) => value.toLowerCase());

/** Lets `""` through as null, by which Stripe unsets a field. */
export function unsettable<T extends z.ZodType>(kind: T) {
  return z.preprocess((value) => value === "" ? null : value, z.nullable(kind));
}

/** Stripe's bounds: 50 keys of up to 40 characters, values of up to 500. */
export const metadata = z.record(z.string().max(40), z.string().max(500))
  .refine((value) => Object.keys(value).length <= 50, "Metadata holds up to 50 keys.");

/** A parameter that is stored on the object as it came and acted on by nothing. */
export const storedOnly = z.unknown().optional();

/** A parameter that Stripe knows and that the emulator refuses aloud. */
export const unsupported = z.never("The emulator does not support this parameter.").optional();

/** A moment, or bounds of one: `created=…` or `created[gte]=…`. */
export const range = z.union([
  integer.transform((value) => ({ gte: value, lte: value })),
  z.strictObject({
    gt: integer.optional(),
    gte: integer.optional(),
    lt: integer.optional(),
    lte: integer.optional(),
  }),
]);

/** Checks and types the parameters of one call, or throws Stripe's error for the first fault. */
export function parseParams<T>(schema: z.ZodType<T>, raw: RawParams): T {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw issue ? explain(issue, raw) : invalidRequest("Invalid parameters.");
}

function explain(issue: z.core.$ZodIssue, raw: RawParams): StripeApiError {
  const path = issue.path.map(String);
  const param = bracketed(path);
  if (issue.code === "unrecognized_keys") {
    const unknown = bracketed([...path, issue.keys[0] ?? ""]);
    return invalidRequest(`Received unknown parameter: ${unknown}`, unknown, "parameter_unknown");
  }
  if (valueAt(raw, path) === undefined) {
    return invalidRequest(`Missing required param: ${param}.`, param, "parameter_missing");
  }
  const sentence = EXPLANATIONS[issue.message];
  if (sentence) return invalidRequest(`${param}: ${sentence}`, param, issue.message);
  return invalidRequest(`Invalid ${param}: ${issue.message}`, param);
}

function bracketed([head = "", ...rest]: string[]): string {
  return head + rest.map((part) => `[${part}]`).join("");
}

function valueAt(raw: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    raw,
  );
}

function isHttpUrl(value: string): boolean {
  // Stripe's own placeholder is allowed in redirect URLs and would fail the parser in the host.
  return /^https?:\/\//.test(value) && URL.canParse(value);
}
