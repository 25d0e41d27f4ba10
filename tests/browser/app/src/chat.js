import { EventSourceParserStream } from "eventsource-parser/stream";
import { supabase } from "./supabase.js";

/** Passes the answer to the page piece by piece until `signal` aborts. */
export async function chat(content, signal, write) {
  const { data: answer, error } = await supabase.functions.invoke("ai/chat", {
    headers: { "Idempotency-Key": crypto.randomUUID() },
    body: {
      model: "gpt-4o",
      messages: [{ role: "user", content }],
      stream: true,
    },
    signal,
  });
  if (error) throw error;
  const events = answer.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  for await (const { event, data } of events) {
    if (event === "delta") write(JSON.parse(data).content);
  }
}
