/** The rates of models, for operators. */
import { z } from "@hono/zod-openapi";
import { text } from "../fields.ts";
import { Rate } from "../usage.ts";
import { changeFields, EffectiveFrom, PastChange, VersionOut } from "./changes.ts";

/**
 * SQL checks the number of digits. Its error names the first price that a rate cannot store
 * exactly.
 */
const Usd = z.string().max(30).openapi({
  description: "USD per million tokens, at most 11 digits before the point and 9 after it.",
  example: "2.5",
});

const RateTerms = z.strictObject({
  model: text(200),
  input_per_million_usd: Usd,
  cached_input_per_million_usd: Usd.nullable().optional(),
  cache_write_per_million_usd: Usd.nullable().optional(),
  output_per_million_usd: Usd,
  reasoning_per_million_usd: Usd.nullable().optional(),
  markup: z.string().max(30).nullable().optional().openapi({
    description:
      "The factor on every price. Without it a known model keeps its factor, and a new " +
      "model gets 4.",
    example: "4",
  }),
  effective_from: EffectiveFrom,
}).openapi("RateTerms");

export const RatesBody = z.strictObject({
  rates: z.array(RateTerms).min(1).max(5000).openapi({
    description: "Changed and new rates. Models that are not named keep their rates.",
  }),
  ...changeFields,
}).openapi("RatesRequest");

export const RateSettings = z.object({
  version: VersionOut,
  rates: z.array(Rate),
  scheduled: z.array(Rate).openapi({ description: "Rates that begin later, the next one first." }),
  history: z.array(PastChange).openapi({ description: "The last 50 changes, newest first." }),
}).openapi("RateSettings");
