/** Schemas that every resource shares. */
import { z } from "@hono/zod-openapi";

/** PostgreSQL accepts any 128 bits as a uuid, so any version is accepted here too. */
export const Uuid = z.guid({
  error: ({ code }) =>
    code === "invalid_format"
      ? "Send a UUID, for example 6f1c2f0e-5d0a-4f53-9d0c-0d8f6a1b2c3d."
      : undefined,
}).toLowerCase().openapi({ format: "uuid" });

/** The user whose data a route reads or lists; core/caller.ts says who may name a user. */
export const NamedUser = Uuid.optional().openapi({
  description:
    "For operators and secret keys: the id of the user whose data is read. A secret key must " +
    "send it; an operator who leaves it out reads their own data.",
});

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

/** More than zero credits. A JSON number is refused: it could not carry 18 decimals. */
export const Amount = AmountOrZero
  .refine((text) => !ZERO.test(text), "The amount must be greater than zero.")
  .openapi({ pattern: AMOUNT.source, example: "49.5" });

/**
 * An amount of credits in a response; negative for credits that were taken, and for a balance below
 * zero.
 */
export const SignedAmount = z.string()
  .openapi({ pattern: "^-?(0|[1-9]\\d*)(\\.\\d{1,18})?$", example: "49.5" });

// RFC 3339 has no year after 9999, and PostgreSQL has no year 0000. The limits are in UTC. The last
// second of 9999 may have no fraction, because PostgreSQL would round it up to the next year.
const EARLIEST_MS = Date.parse("0001-01-01T00:00:00Z");
const LATEST_MS = Date.parse("9999-12-31T23:59:59Z");

/** PostgreSQL knows zones with an offset of up to 15:59. */
const FAR_ZONE = /[+-](1[6-9]|2\d):\d\d$/;

function isStorable(text: string): boolean {
  const ms = Date.parse(text);
  return ms >= EARLIEST_MS && ms <= LATEST_MS && !FAR_ZONE.test(text);
}

/** A time as RFC 3339 with a zone, in the years 0001 to 9999. */
export const Timestamp = z.iso.datetime({
  offset: true,
  error: "Send a time as RFC 3339, for example 2026-11-21T12:00:00Z.",
}).refine(
  isStorable,
  "The time must be in the years 0001 to 9999, with an offset of at most 15:59.",
);

/** A day in the years 0001 to 9999. @param error the message if the text is not a day */
export function dayOf(error: string) {
  return z.iso.date(error)
    .refine((day) => day >= "0001-01-01", "The day must be in the years 0001 to 9999.");
}

/** A time in a response: RFC 3339 in UTC. */
export const TimestampOut = z.string()
  .openapi({ format: "date-time", example: "2026-11-21T12:00:00Z" });

/** Text of 1 to `max` characters. People write these texts, so every character is allowed. */
export function text(max: number) {
  return z.string().min(1).max(max);
}

const MAX_METADATA_KEYS = 50;

/** An object of at most 50 fields that the caller chooses. It is stored and returned unchanged. */
export const Metadata = z.record(z.string().max(100), z.json())
  .refine(
    (value) => Object.keys(value).length <= MAX_METADATA_KEYS,
    `Send an object with at most ${MAX_METADATA_KEYS} names.`,
  )
  .openapi({ type: "object", additionalProperties: true });

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

const Limit = z.string()
  .regex(/^[1-9]\d{0,2}$/, `limit must be a whole number from 1 to ${MAX_LIMIT}.`)
  .transform(Number)
  .refine((value) => value <= MAX_LIMIT, `limit must be a whole number from 1 to ${MAX_LIMIT}.`);

const LIMIT_TYPE = { type: "integer", minimum: 1, maximum: MAX_LIMIT } as const;

const Cursor = z.string().min(1).max(200).optional();

/**
 * The query of a list that is read page by page: the page's size, and its start, which is the
 * `metadata.nextCursor` of the previous page.
 */
export const listQuery = {
  limit: Limit.default(DEFAULT_LIMIT).openapi({ ...LIMIT_TYPE, default: DEFAULT_LIMIT }),
  cursor: Cursor,
};

/**
 * The query of a short list that is the same for every caller. Without `limit` the whole list is
 * returned.
 */
export const WholeListQuery = z.strictObject({
  limit: Limit.optional().openapi(LIMIT_TYPE),
  cursor: Cursor,
});

const CURSOR = /^[1-9]\d{0,18}$/;
const LAST_SEQ = String(2n ** 63n - 1n);

/**
 * Returns whether the text is a sequence number. Numbers with the same number of digits can be
 * compared as text.
 */
export function isSeq(text: string): boolean {
  return CURSOR.test(text) && (text.length < LAST_SEQ.length || text <= LAST_SEQ);
}

/** The cursor of a numbered list: the next page has the items with lower numbers. */
export const SeqCursor = z.string().refine(
  isSeq,
  "cursor must come from an earlier page of this list.",
);
