import type { Page } from "playwright-core";
import type { Answer } from "../fake-service.ts";
import type { State } from "../state.ts";

const usage = { credits: "2.78", balance_after: "97.22", finish_reason: "stop", hold_id: "hold-1" };

export const ANSWER: Answer = {
  events: [
    ["delta", { content: "A farthing was a British coin " }],
    ["delta", { content: "worth a quarter of a penny." }],
    ["usage", usage],
  ],
};
/** An answer that does not end before the page aborts the request. */
export const ENDLESS: Answer = {
  events: [["delta", { content: "A farthing was a British coin " }]],
  open: true,
};

async function ask(page: Page): Promise<void> {
  await page.getByLabel("Message").fill("What is a farthing?");
  await page.keyboard.press("Enter");
}

const chat = (name: string, answer: Answer, shows: string): State => ({
  ...{ block: "chat", name, answers: { "POST ai/chat": answer }, act: ask, shows },
});

export const chats: State[] = [
  { block: "chat", name: "empty", answers: {}, shows: "Each answer is paid in credits" },
  {
    block: "chat",
    name: "signed-out",
    search: "&user=none",
    answers: {},
    shows: "Sign in required",
  },
  chat("streaming", ENDLESS, "A farthing was"),
  chat("answered", ANSWER, "2.78 credits"),
  chat("refused", { status: 402, code: "insufficient_credits" }, "Not enough credits"),
  chat("not-offered", { status: 422, code: "unknown_model" }, "The answer failed"),
];
