/** Usage of models: rates, estimates and charges. Each token is counted in one field only. */
import { z } from "@hono/zod-openapi";
import { SignedAmount } from "./credit-amounts.ts";
import { text, Uuid } from "./fields.ts";
import { Metadata } from "./metadata.ts";
import { Timestamp, TimestampOut } from "./time-fields.ts";
import { LotShare } from "./credits.ts";

// This limit is far above any context window. It is low enough that the sum of the tokens of all
// kinds is exact in JavaScript and SQL.
const MAX_TOKENS = 1_000_000_000;

const Tokens = z.int().min(0).max(MAX_TOKENS);

const tokenFields = {
  input_tokens: Tokens.openapi({ description: "Uncached input tokens." }),
  cached_input_tokens: Tokens.optional(),
  cache_write_tokens: Tokens.optional(),
  output_tokens: Tokens.openapi({ description: "Output tokens without reasoning tokens." }),
  reasoning_tokens: Tokens.optional(),
};

type TokenCounts = { [K in keyof typeof tokenFields]?: number | undefined };

function hasTokens(usage: TokenCounts): boolean {
  return [
    usage.input_tokens,
    usage.cached_input_tokens,
    usage.cache_write_tokens,
    usage.output_tokens,
    usage.reasoning_tokens,
  ].some((count) => (count ?? 0) > 0);
}

const noTokens = {
  message: "At least one token count must be above zero.",
  path: ["input_tokens"],
};

export const Model = text(200).openapi({ example: "gpt-4o" });

export const EstimateBody = z.strictObject({ model: Model, ...tokenFields })
  .refine(hasTokens, noTokens)
  .openapi("EstimateRequest");

export const Estimate = z.object({
  credits: SignedAmount,
  rate_version: z.int(),
}).openapi("Estimate");

const CorrelationId = text(200).openapi({ description: "Defaults to the trace id." });

/**
 * Usage that settles a hold. The user is the hold's user. If the hold was estimated for the same
 * model, the hold's rate applies.
 */
export const SettleUsage = z.strictObject({
  event_id: text(255).optional(),
  model: Model,
  ...tokenFields,
  occurred_at: Timestamp.optional(),
  correlation_id: CorrelationId.optional(),
  metadata: Metadata.optional(),
}).refine(hasTokens, noTokens);

const ownUsageFields = {
  model: Model,
  ...tokenFields,
  occurred_at: Timestamp.optional(),
  metadata: Metadata.optional(),
};

const usageFields = { user_id: Uuid, ...ownUsageFields };

/** One usage event without a user. The user is known from elsewhere, for example from a job. */
export const OwnUsageEvent = z.strictObject({ event_id: text(255), ...ownUsageFields })
  .refine(hasTokens, noTokens)
  .openapi("OwnUsageEvent");

export const UsageBody = z.strictObject({
  event_id: text(255).optional().openapi({ description: "Defaults to the Idempotency-Key." }),
  ...usageFields,
  correlation_id: CorrelationId.optional(),
}).refine(hasTokens, noTokens).openapi("UsageRequest");

/**
 * One event of a batch. Each event needs its own id, because the single Idempotency-Key cannot identify all
 * events. The trace id correlates the whole batch.
 */
const BatchEvent = z.strictObject({ event_id: text(255), ...usageFields })
  .refine(hasTokens, noTokens)
  .openapi("UsageEvent");

export const BatchBody = z.strictObject({
  events: z.array(BatchEvent).min(1).max(1000),
}).openapi("UsageBatchRequest");

export const Charge = z.object({
  transaction_id: Uuid,
  event_id: z.string(),
  credits: SignedAmount,
  balance_after: SignedAmount,
  rate_version: z.int(),
  lots: z.array(LotShare),
  duplicate: z.literal(true).optional().openapi({
    description:
      "Present if this event was charged before; the other fields are those of the first charge.",
  }),
}).openapi("Charge");

export const BatchResult = z.object({
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.array(
    z.object({
      index: z.int(),
      event_id: z.string().nullable(),
      code: z.string(),
      field: z.string().optional(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
  results: z.array(Charge.extend({ index: z.int() })),
}).openapi("UsageBatchResult");

const Price = z.string().nullable();

export const Rate = z.object({
  model: z.string(),
  version: z.int(),
  input_per_million_usd: z.string(),
  cached_input_per_million_usd: Price,
  cache_write_per_million_usd: Price,
  output_per_million_usd: z.string(),
  reasoning_per_million_usd: Price,
  markup: z.string(),
  effective_from: TimestampOut,
}).openapi("Rate");
