/** The query of a list: the size of a page, and the cursor at which it begins. */
import { z } from "@hono/zod-openapi";

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
 * The query of a short list. Every caller gets the same list. Without `limit`, the response has the
 * whole list.
 */
export const WholeListQuery = z.strictObject({
  limit: Limit.optional().openapi(LIMIT_TYPE),
  cursor: Cursor,
});

const CURSOR = /^[1-9]\d{0,18}$/;
const LAST_SEQ = String(2n ** 63n - 1n);

/**
 * Returns whether the text is a sequence number of at most LAST_SEQ. A number with fewer digits is
 * lower; numbers with equally many digits can be compared as texts.
 */
export function isSeq(text: string): boolean {
  return CURSOR.test(text) && (text.length < LAST_SEQ.length || text <= LAST_SEQ);
}

/** The cursor of a numbered list: the next page has the items with lower numbers. */
export const SeqCursor = z.string().refine(
  isSeq,
  "cursor must come from an earlier page of this list.",
);
