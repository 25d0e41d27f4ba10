/** What reached the emulator, and what became of it: tests count here. */
import type { Message } from "./chat-request.ts";

/** In OpenAI's form: kinds of output are parts of completion_tokens. */
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
  /** RFC 3339 */
  received_at: string;
  model: string | null;
  messages: Message[];
  /** What the user said last, markers included. */
  prompt: string;
  stream: boolean;
  max_tokens: number | null;
  /** Null until the answer's head is sent, and for a connection that was reset before. */
  status: number | null;
  error_code: string | null;
  finish_reason: string | null;
  /** What was said to have been used, even where nobody was left to hear it. */
  usage: Usage | null;
  /** What is billed of it up to now: the prompt from the answer's head on, and each token as it is made. */
  billed: Usage | null;
  /** Tokens of the answer that were sent. */
  tokens_sent: number;
  /** The client left before the answer was complete. */
  aborted: boolean;
  /** Nothing more will change. */
  ended: boolean;
}

const KEPT = 1_000;

export interface Journal {
  begin(now: Date): Entry;
  /** The entries whose messages contain a text, oldest first. */
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
      entries.splice(0, entries.length - KEPT);
      return entry;
    },
    list: (contains = "") =>
      entries.filter(({ messages }) =>
        contains === "" || messages.some(({ content }) => content.includes(contains))
      ),
    clear: () => void entries.splice(0),
  };
}
