/** Reads the events of a streamed answer. */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { ChatAnswer } from "../generated/api.ts";
import type { Clock } from "../core/clock.ts";
import { FarthingError } from "../core/farthing-error.ts";
import { unlessSilent } from "./chat-silence.ts";

/** The last event of an answer: its price, and all its other fields except the text. */
type Usage = Omit<ChatAnswer, "message">;

/** The events of the stream, as the service sends them. */
export type ChatEvent =
  | { event: "delta"; content: string }
  | { event: "usage"; charge: Usage }
  | { event: "error"; error: FarthingError; charge: Usage | undefined };

/** Returns undefined for an event that only a later version of the client knows. */
function eventOf({ event, data }: EventSourceMessage): ChatEvent | undefined {
  if (event !== "delta" && event !== "usage" && event !== "error") return undefined;
  const body = JSON.parse(data);
  if (event === "delta") return { event, content: body.content };
  if (event === "usage") return { event, charge: body };
  const { error, ...charge } = body;
  const isCharged = charge.credits !== undefined;
  const details = { ...error.details, ...charge };
  // The stream began with status 200, so its error has this status, too. A retry rarely helps: a
  // request with the same key usually gets the same incomplete answer.
  return {
    event: "error",
    error: new FarthingError({ ...error, details, status: 200 }),
    charge: isCharged ? charge : undefined,
  };
}

/**
 * Yields the events of a stream. Uses a reader, because Safari has no `for await` over a
 * `ReadableStream`. Only the time of a pending read counts as silence, so a caller whose loop is
 * slow is not cut off.
 * @throws Error if the connection breaks, nothing comes for 45 seconds, or an event is not
 *   Farthing's
 */
export async function* chatEvents(
  body: ReadableStream<Uint8Array>,
  clock: Clock,
): AsyncGenerator<ChatEvent, void, undefined> {
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => messages.push(message) });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await unlessSilent(reader.read(), clock);
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      for (const message of messages.splice(0)) {
        const event = eventOf(message);
        if (event !== undefined) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
