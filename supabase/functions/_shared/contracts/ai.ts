/** Chats with a language model, paid in credits. */
import { z } from "@hono/zod-openapi";
import { SignedAmount } from "./credit-amounts.ts";
import { text, Uuid } from "./fields.ts";
import { Model } from "./usage.ts";

// The body of a request has at most 64 KiB for all its messages together, so one message cannot be
// much longer than MAX_CONTENT.
const MAX_CONTENT = 60_000;
const MAX_MESSAGES = 200;
// This limit is above every model's own cap of output tokens. ai/open-chat.ts checks the model's
// cap.
const MAX_OUTPUT_TOKENS = 10_000_000;

/** The output tokens for which credits are held if the request has no `max_output_tokens`. */
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
