/** Results of the database functions for chats. */
import type { ChatAnswer } from "../../ai.ts";
import type { OpenAiToolCall } from "../../openai.ts";
import type { Finished, Of, Replay } from "./shapes.ts";

/** The answer of a chat. Its message has tool calls only if the request had tools. */
export type Answer = Of<typeof ChatAnswer> & {
  message: { tool_calls?: OpenAiToolCall[] };
};

/**
 * The next step of a chat: return the stored answer, or call the model's provider. `held` is a
 * decimal string of credits. If the caller of a stream disconnects, the stream is still read for
 * `abandoned_stream_timeout_ms`.
 */
export type ChatStep =
  | Replay<Answer>
  | { step: "call"; hold_id: string; held: string; abandoned_stream_timeout_ms: number };

export interface ChatResults {
  chats_begin: ChatStep;
  /**
   * Records a heartbeat of the chat. `p_output_tokens` is the number of tokens received so far. Any
   * number, even 0, also records that the model's provider has accepted the request.
   */
  chats_record: { status: "open" | "closed" };
  /** Charges the chat once. A repeated call returns the same answer. */
  chats_settle: Finished<Answer>;
  chats_release: { status: "released" | "settled" };
}
