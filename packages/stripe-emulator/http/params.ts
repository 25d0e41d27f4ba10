import { z } from "zod";
import { invalidRequest, StripeApiError } from "../core/errors.ts";
import type { RawParams } from "./form-encoding.ts";

/*
 * Types of parameters. All parameters arrive as text. If Stripe has an error code for an invalid
 * value, this code is the type's error message, and `explain` turns it into the sentence of the
 * response.
 */

const EXPLANATIONS: Record<string, string> = {
  parameter_invalid_integer: "This value must be a whole number in the range that Stripe allows.",
  parameter_invalid_empty:
    "This value must not be empty. Send a value, or leave an optional parameter out.",
  url_invalid: "This value must be an absolute http or https URL.",
  email_invalid: "This value must be an email address.",
};

export const text = z.string().min(1, "parameter_invalid_empty").max(5_000);
export const flag = z.enum(["true", "false"]).transform((value) => value === "true");
export const integer = z.string().regex(/^-?\d{1,15}$/, "parameter_invalid_integer")
  .transform(Number);

export const natural = integer.refine((value) => value >= 0, "parameter_invalid_integer");
export const url = z.string().refine(isHttpUrl, "url_invalid");
export const email = z.string().refine((value) => /^[^\s@]+@[^\s@]+$/.test(value), "email_invalid");
export const currency = z.string().regex(
  /^[a-zA-Z]{3}$/,
  "This value must be a three-letter currency code.",
)
  .transform((value) => value.toLowerCase());

/** Accepts `""` as null, because in Stripe an empty value unsets a field. */
export function unsettable<T extends z.ZodType>(kind: T) {
  return z.preprocess((value) => value === "" ? null : value, z.nullable(kind));
}

/**
 * Stripe's limits for metadata: 50 keys of at most 40 characters, and values of at most 500
 * characters.
 */
export const metadata = z.record(z.string().max(40), z.string().max(500))
  .refine((value) => Object.keys(value).length <= 50, "Metadata must have at most 50 keys.");

/** A parameter that is stored on the object and has no other effect. */
export const storedOnly = z.unknown().optional();

/** A parameter that Stripe supports and the emulator refuses. */
export const unsupported = z.never("The emulator does not support this parameter.").optional();

/** A filter by time: one exact time (`created=…`), or limits (`created[gte]=…`). */
export const range = z.union([
  integer.transform((value) => ({ gte: value, lte: value })),
  z.strictObject({
    gt: integer.optional(),
    gte: integer.optional(),
    lt: integer.optional(),
    lte: integer.optional(),
  }),
]);

/**
 * Validates the parameters of one call and converts them to their types.
 * @throws StripeApiError for the first invalid parameter
 */
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
  // Redirect URLs may contain Stripe's placeholder `{CHECKOUT_SESSION_ID}`. URL.canParse accepts it
  // in the path and in the query.
  return /^https?:\/\//.test(value) && URL.canParse(value);
}
