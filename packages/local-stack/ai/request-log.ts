/**
 * Records the last 1,000 requests and their answers, so that tests can count requests and tokens.
 */
import type { Message } from "./chat-request.ts";

/** Usage in OpenAI's shape: reasoning tokens are included in completion_tokens. */
export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number; audio_tokens: number };
  completion_tokens_details: {
    reasoning_tokens: number;
    audio_tokens: number;
    accepted_prediction_tokens: number;
    rejected_prediction_tokens: number;
  };
}

export interface Entry {
  id: string;
  /** RFC 3339. */
  received_at: string;
  model: string | null;
  messages: Message[];
  /** The content of the last user message, markers included. */
  prompt: string;
  stream: boolean;
  max_tokens: number | null;
  /**
   * The HTTP status that was sent. It is null until the response headers are sent, and stays null
   * if the connection is reset before that.
   */
  status: number | null;
  error_code: string | null;
  finish_reason: string | null;
  /**
   * The usage of the whole answer, even if the client disconnected before the answer was complete.
   */
  usage: Usage | null;
  /**
   * The usage billed so far. In a stream, the prompt is billed when the response headers are sent,
   * and each token when it is generated. An answer that is not streamed is billed at once.
   */
  billed: Usage | null;
  /** The number of the answer's tokens that were sent. */
  tokens_sent: number;
  /** Whether the client disconnected before the answer was complete. */
  aborted: boolean;
  /** Whether the request is finished, so that the entry no longer changes. */
  ended: boolean;
}

const MAX_ENTRIES = 1_000;

export interface Journal {
  begin(now: Date): Entry;
  /**
   * Returns the entries whose messages contain a text, oldest first; without a text, all entries.
   */
  list(contains?: string): Entry[];
  clear(): void;
}

export function createJournal(): Journal {
  const entries: Entry[] = [];
  return {
    begin(now) {
      const entry: Entry = {
        id: crypto.randomUUID(),
        received_at: now.toISOString(),
        model: null,
        messages: [],
        prompt: "",
        stream: false,
        max_tokens: null,
        status: null,
        error_code: null,
        finish_reason: null,
        usage: null,
        billed: null,
        tokens_sent: 0,
        aborted: false,
        ended: false,
      };
      entries.push(entry);
      entries.splice(0, entries.length - MAX_ENTRIES);
      return entry;
    },
    list: (contains = "") =>
      entries.filter(({ messages }) =>
        contains === "" || messages.some(({ content }) => content.includes(contains))
      ),
    clear: () => void entries.splice(0),
  };
}
