/** Chat with a language model, paid in credits. */
import { z } from "@hono/zod-openapi";
import { SignedAmount, text, Uuid } from "./common.ts";
import { Model } from "./usage.ts";

// The body, 64 KiB, bounds all messages together: a little more than one message may have.
const MAX_CONTENT = 60_000;
const MAX_MESSAGES = 200;
// Above any cap that a model is offered with; the model's own is checked where it is known.
const MAX_OUTPUT_TOKENS = 10_000_000;

/** Tokens held for the answer if the caller names no maximum. */
export const DEFAULT_OUTPUT_TOKENS = 1_024;

const ChatMessage = z.strictObject({
  role: z.enum(["system", "user", "assistant"]),
  content: text(MAX_CONTENT),
});

export const ChatBody = z.strictObject({
  model: Model,
  messages: z.array(ChatMessage).min(1).max(MAX_MESSAGES),
  max_output_tokens: z.int().min(1).max(MAX_OUTPUT_TOKENS).optional().openapi({
    description:
      "At most the model's cap, reasoning included. The price of this many tokens is held until the " +
      `answer ends. Defaults to ${DEFAULT_OUTPUT_TOKENS}, or to the cap if that is lower.`,
  }),
  stream: z.boolean().default(false).openapi({
    description: "Answer as server-sent events: `delta`, then `usage` or `error`.",
  }),
}).openapi("ChatRequest");

const Tokens = z.int().min(0);

const ChatUsage = z.object({
  input_tokens: Tokens,
  cached_input_tokens: Tokens.optional(),
  output_tokens: Tokens,
  reasoning_tokens: Tokens.optional(),
}).openapi({ description: "Token counts as charged; the kinds do not overlap." });

export const ChatAnswer = z.object({
  message: z.object({ role: z.literal("assistant"), content: z.string() }),
  finish_reason: z.string().openapi({
    description:
      "The provider's value (`stop`, `length` …); `aborted` or `error` if the answer ended early.",
  }),
  usage: ChatUsage,
  credits: SignedAmount,
  balance_after: SignedAmount,
  hold_id: Uuid,
}).openapi("ChatAnswer");
