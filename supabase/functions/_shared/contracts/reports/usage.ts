/** The report of usage: charges, tokens, credits, the cost of the models, and the margin. */
import { z } from "@hono/zod-openapi";
import { SignedAmount } from "../credit-amounts.ts";
import { Uuid } from "../fields.ts";
import { DayOut, ReportQuery } from "./report.ts";

const GROUPS = "day|model|origin|feature";

export const UsageQuery = ReportQuery.extend({
  group_by: z.string().regex(
    new RegExp(`^(${GROUPS})(,(${GROUPS})){0,3}$`),
    "group_by must be one or more of day, model, origin and feature, separated by commas.",
  ).default("day,model").openapi({
    description: "The columns to group by: `day`, `model`, `origin` and `feature`, separated by " +
      "commas. A column that is not named is null.",
    example: "model",
  }),
  user_id: Uuid.optional().openapi({
    description: "One user's usage, up to the present moment. The read is logged.",
  }),
});

const Tokens = z.int();
const Usd = z.string().nullable().openapi({
  description: "USD as a decimal string; null if no charge of the row has a rate.",
  example: "0.0125",
});

export const UsageRow = z.object({
  day: DayOut.nullable(),
  model: z.string().nullable().openapi({ description: "null for charges without a rate." }),
  origin: z.enum(["caller", "hold", "chat", "job", "debit"]).nullable().openapi({
    description:
      "The charged work: usage that the back end reported, a settled hold, a chat, a job's step, " +
      "or a debit.",
  }),
  feature: z.string().nullable().openapi({
    description:
      "`feature` of the caller's metadata, if it is a text of at most 64 characters. The first " +
      "200 features are counted separately; all later features are counted as `other`.",
  }),
  charges: z.int(),
  corrections: z.int().openapi({
    description:
      "How many chats were first charged their highest possible cost and corrected later.",
  }),
  input_tokens: Tokens,
  cached_input_tokens: Tokens,
  cache_write_tokens: Tokens,
  output_tokens: Tokens,
  reasoning_tokens: Tokens,
  credits: SignedAmount.openapi({
    description: "The charged credits, including those that became debt.",
  }),
  corrected_credits: SignedAmount.openapi({
    description: "The credits that corrections returned.",
  }),
  priced_credits: SignedAmount,
  value_usd: Usd,
  provider_cost_usd: Usd,
  margin_usd: Usd,
  share: z.string().nullable().openapi({ description: "0.25 is a quarter.", example: "0.25" }),
}).openapi("UsageRow");
