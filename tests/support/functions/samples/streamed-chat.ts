/** The request of a streamed chat, and its events as a client reads them. */
import { createParser } from "eventsource-parser";
import assert from "node:assert/strict";
import type { Fake } from "../fakes/services.ts";
import { send } from "../cases/routes.ts";

export const STREAMED = {
  model: "gpt-4o",
  messages: [{ role: "user", content: "What is a farthing?" }],
  stream: true,
};
/** The number of tokens that the fake model counts in the prompt. */
export const PROMPT_TOKENS = 4;

export function postStreamed(fake: Fake) {
  return send(fake, "POST", "/ai/chat", {
    as: "user",
    headers: { "idempotency-key": "key-1" },
    body: STREAMED,
  });
}

export interface ChatEvent {
  readonly name: string | undefined;
  readonly data: {
    readonly content?: string;
    readonly error?: { readonly code: string };
    readonly usage?: unknown;
    readonly finish_reason?: string;
  };
}

export function parseEvents(text: string): ChatEvent[] {
  const events: ChatEvent[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => events.push({ name: event, data: JSON.parse(data) }),
    onError: (error) => assert.fail(error.message),
  });
  parser.feed(text);
  return events;
}

export async function eventsOf(answer: Response): Promise<ChatEvent[]> {
  return parseEvents(await answer.text());
}

/** Waits for all work that the functions continue after they have sent the response. */
export async function settled(fake: Fake): Promise<void> {
  await Promise.allSettled(fake.background);
}

export function argsOf(fake: Fake, name: string) {
  return fake.calls.filter((call) => call.name === name).map(({ args }) => args);
}
