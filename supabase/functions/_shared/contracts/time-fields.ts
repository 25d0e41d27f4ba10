/** Times and days in requests and responses. */
import { z } from "@hono/zod-openapi";

// RFC 3339 has no year after 9999, and PostgreSQL has no year 0000. The limits are in UTC. A time
// with a fraction after 9999-12-31T23:59:59 is refused, because PostgreSQL would round it up to the
// next year.
const EARLIEST_MS = Date.parse("0001-01-01T00:00:00Z");
const LATEST_MS = Date.parse("9999-12-31T23:59:59Z");

/** A zone with an offset of 16:00 or more. PostgreSQL refuses such a zone. */
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
