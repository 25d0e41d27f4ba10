/** Results of the functions of a chat: begun under a hold, recorded on the way, settled or released. */
import type { ChatAnswer } from "../../ai.ts";
import type { Finished, Of, Replay } from "./shapes.ts";

export type Answer = Of<typeof ChatAnswer>;

/**
 * Answer with what is stored, or call the provider. `held` in credits, as text; `patience_ms` is for how long
 * a stream is read on when its caller has left.
 */
export type ChatStep =
  | Replay<Answer>
  | { step: "call"; hold_id: string; held: string; patience_ms: number };

export interface ChatResults {
  chats_begin: ChatStep;
  /** Without `p_output_tokens` it says that the request lives, without saying that the provider accepted. */
  chats_record: { status: "open" | "closed" };
  /** Charges once; asked again, answers the same. */
  chats_settle: Finished<Answer>;
  chats_release: { status: "released" | "settled" };
}
