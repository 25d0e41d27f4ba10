/** A valid result of each database function of a chat, in the format that SQL returns. */
import type { ChatResults } from "../../../../supabase/functions/_shared/contracts/database/results/chats.ts";
import type { SamplesOf } from "./database.ts";

export const CHAT_HOLD_ID = "2a8d3f5b-7e0c-4d6a-9c1b-8f2e6b4a1d05";

export const CHAT_SAMPLES: SamplesOf<ChatResults> = {
  chats_begin: () => ({
    step: "call",
    hold_id: CHAT_HOLD_ID,
    held: "62",
    abandoned_stream_timeout_ms: 120_000,
  }),
  chats_record: () => ({ status: "open" }),
  chats_settle: ({ p_answer, p_usage, p_output_tokens }) => ({
    status: 200,
    data: {
      ...p_answer,
      usage: (p_usage ?? { input_tokens: 4, output_tokens: p_output_tokens }) as {
        input_tokens: number;
        output_tokens: number;
      },
      credits: "0.48",
      balance_after: "99.52",
      hold_id: CHAT_HOLD_ID,
    },
  }),
  chats_release: () => ({ status: "released" }),
};
