/** Results of the functions for chats. */
import type { ChatAnswer } from "../../ai.ts";
import type { Finished, Of, Replay } from "./shapes.ts";

export type Answer = Of<typeof ChatAnswer>;

/**
 * The next step of a chat: return the stored answer, or call the provider. `held` is a decimal
 * string of credits; `patience_ms` is the time for which a stream is read after its caller has
 * left.
 */
export type ChatStep =
  | Replay<Answer>
  | { step: "call"; hold_id: string; held: string; patience_ms: number };

export interface ChatResults {
  chats_begin: ChatStep;
  /**
   * Renews the chat's heartbeat. With `p_output_tokens` it also records that the provider has
   * accepted.
   */
  chats_record: { status: "open" | "closed" };
  /** Charges once. A repeat returns the same answer. */
  chats_settle: Finished<Answer>;
  chats_release: { status: "released" | "settled" };
}
