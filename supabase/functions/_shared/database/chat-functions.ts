/** The database functions of a chat: begun under a hold, recorded on the way, settled or released. */
import type { z } from "@hono/zod-openapi";
import type { ChatAnswer } from "../contracts/ai.ts";
import type { ErrorBody } from "../http/errors.ts";
import type { Fn, Json, Once, Optional } from "./functions.ts";

type Answer = z.output<typeof ChatAnswer>;

interface BeginArgs extends Once {
  p_user_id: string;
  p_model: string;
  /** As counted here; `p_max_input_tokens` is the most that it can be by any tokenizer. */
  p_input_tokens: number;
  p_max_input_tokens: number;
  p_output_is_counted: boolean;
  p_max_output_tokens: number;
  p_correlation_id: string;
}

/**
 * Answer with what is stored, or call the provider. `held` in credits, as text; `patience_ms` is for how long
 * a stream is read on when its caller has left.
 */
export type ChatStep =
  | { step: "replay"; status: number; data: Answer | ErrorBody }
  | { step: "call"; hold_id: string; held: string; patience_ms: number };

interface SettleArgs {
  p_hold_id: string;
  /** Token counts in disjoint kinds; null where the provider's are not known, and the most is charged. */
  p_usage: Json | null;
  /** What had come of the output, beside a `p_usage` of null. */
  p_output_tokens: Optional<number>;
  p_answer: Pick<Answer, "message" | "finish_reason">;
  p_log: Json;
  p_idempotency_key: string;
}

interface ReleaseArgs {
  p_hold_id: string;
  p_log: Json;
  p_idempotency_key: string;
}

export interface ChatFunctions {
  chats_begin: Fn<BeginArgs, ChatStep>;
  /** `p_output_tokens` null says that the request lives, without saying that the provider accepted. */
  chats_record: Fn<
    { p_hold_id: string; p_output_tokens: Optional<number> },
    { status: "open" | "closed" }
  >;
  /** Charges once; asked again, answers the same. */
  chats_settle: Fn<SettleArgs, { status: number; data: Answer }>;
  chats_release: Fn<ReleaseArgs, { status: "released" | "settled" }>;
}
