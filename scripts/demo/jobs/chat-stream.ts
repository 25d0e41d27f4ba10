import { createParser, type EventSourceMessage } from "eventsource-parser";
import { z } from "zod";
import type { Buyer } from "../shared/buyer.ts";
import { DemoError } from "../shared/service.ts";

const MODEL = "gpt-4o";

const delta = z.object({ content: z.string() });
const bill = z.object({
  finish_reason: z.string(),
  usage: z.object({ input_tokens: z.number(), output_tokens: z.number() }),
  credits: z.string(),
  hold_id: z.string(),
});

/** The last event of the stream, which contains the chat's price. */
export type Bill = z.infer<typeof bill>;

export interface Reading {
  /** The Idempotency-Key. For the same key and prompt, the service sends its first answer again. */
  key: string;
  onDelta?: (text: string) => void;
  /** The number of pieces of the answer after which the reader disconnects. */
  leaveAfter?: number;
}

export interface Streamed {
  text: string;
  /** Undefined if the reader disconnected before the stream's last event. */
  bill: Bill | undefined;
}

/** Reads the streamed answer to a prompt, piece by piece. */
export async function streamChat(
  buyer: Buyer,
  prompt: string,
  { key, onDelta, leaveAfter = Infinity }: Reading,
): Promise<Streamed> {
  const caller = new AbortController();
  const { data } = await buyer.ask("ai/chat", {
    method: "POST",
    headers: { "Idempotency-Key": key },
    body: { model: MODEL, messages: [{ role: "user", content: prompt }], stream: true },
    signal: caller.signal,
  });
  const streamed: Streamed = { text: "", bill: undefined };
  let pieces = 0;
  const onEvent = ({ event, data }: EventSourceMessage) => {
    if (event === "error") throw new DemoError(`the stream broke off: ${data}`);
    if (event === "usage") streamed.bill = bill.parse(JSON.parse(data));
    if (event !== "delta") return;
    const { content } = delta.parse(JSON.parse(data));
    streamed.text += content;
    pieces += 1;
    onDelta?.(content);
  };
  const parser = createParser({ onEvent });
  for await (const text of (data as Response).body!.pipeThrough(new TextDecoderStream())) {
    parser.feed(text);
    if (pieces >= leaveAfter) break;
  }
  caller.abort();
  return streamed;
}
