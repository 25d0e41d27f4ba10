/** The accounting policies that reports apply, and the codes of the journal's accounts. */
import { z } from "@hono/zod-openapi";
import { text } from "../fields.ts";
import { dayOf, TimestampOut } from "../time-fields.ts";
import { changeFields, EffectiveFrom, PastChange, VersionOut } from "./changes.ts";

const history = z.array(PastChange).openapi({ description: "The last 50 changes, newest first." });

const AccountingChange = z.strictObject({
  name: text(40),
  value: text(40),
  effective_from: EffectiveFrom,
}).openapi("AccountingPolicyChange");

export const AccountingBody = z.strictObject({
  policies: z.array(AccountingChange).min(1).max(20).openapi({
    description: "The policies to change. Other policies stay.",
    example: [{
      name: "bonus_allocation",
      value: "zero",
      effective_from: "2027-01-01T00:00:00Z",
    }],
  }),
  ...changeFields,
}).openapi("AccountingRequest");

const terms = { value: z.string(), version: z.int(), effective_from: TimestampOut };

const AccountingPolicy = z.object({
  name: z.string(),
  ...terms,
  choices: z.array(z.string()),
  description: z.string(),
  scheduled: z.array(z.object(terms)).openapi({
    description: "Versions that begin later, the next one first.",
  }),
}).openapi("AccountingPolicy");

export const AccountingSettings = z.object({
  version: VersionOut,
  time_zone: z.literal("UTC").openapi({
    description: "The time zone of days and months in reports. It never changes.",
  }),
  policies: z.array(AccountingPolicy),
  history,
}).openapi("AccountingSettings");

const DAY = "effective_from must be a day, such as 2027-01-01.";
const DayOut = z.string().openapi({ format: "date", example: "2027-01-01" });

const CodeChange = z.strictObject({
  account: text(40),
  code: z.string().regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$/,
    "code must have 1 to 20 characters (A-Z a-z 0-9 . _ -), and not begin with . _ or -.",
  ),
  effective_from: dayOf(DAY).optional().openapi({
    description:
      "The first day (UTC) on which the code applies, in a month that is not closed; by default, " +
      "today.",
  }),
}).openapi("JournalCodeChange");

export const JournalCodesBody = z.strictObject({
  codes: z.array(CodeChange).min(1).max(100).openapi({
    description: "The codes to change. Other accounts keep their codes.",
    example: [{ account: "credit_revenue", code: "4010", effective_from: "2027-01-01" }],
  }),
  ...changeFields,
}).openapi("JournalCodesRequest");

const codeTerms = { code: z.string(), version: z.int(), effective_from: DayOut };

const JournalCode = z.object({
  account: z.string(),
  ...codeTerms,
  scheduled: z.array(z.object(codeTerms)).openapi({
    description: "Codes that begin later, the next one first.",
  }),
}).openapi("JournalCode");

export const JournalCodeSettings = z.object({
  version: VersionOut,
  open_from: DayOut.nullable().openapi({
    description: "The first day of the oldest open month; null if no month is closed.",
  }),
  codes: z.array(JournalCode),
  history,
}).openapi("JournalCodeSettings");
