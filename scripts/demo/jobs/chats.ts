/**
 * Two streamed chats. The reader reads the first one to its end, and disconnects early from the
 * second.
 */
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { Exact } from "../../rates/exact.ts";
import { type Bill, streamChat } from "./chat-stream.ts";
import { createFlow, formatFacts } from "./terminal-text.ts";
import { type RunContext, sayHeading, untilReleased } from "./run-context.ts";
import type { Scenario } from "./compare-jobs.ts";
import { DemoError } from "../shared/service.ts";
import { printPiece } from "@farthing/command-line";

const WIDTH = 92;
const LEAVE_AFTER = 12;

/** Markers in a prompt that tell the AI emulator how to answer. */
const WITH_EVERY_KIND = "[tokens:60][pace:40][cached:5][reasoning:12]";
const LEFT_TOKENS = 60;
/**
 * A pause of 60 ms after each token, so that most tokens come after the reader has disconnected.
 */
const WITH_PAUSES = `[tokens:${LEFT_TOKENS}][pace:60]`;

function scenarioOf(name: string, mark: string, { hold_id, credits }: Bill): Scenario {
  const shown = new Exact(credits);
  return { name, mark, reference: `chat:${hold_id}`, shown, ended: "", wanted: "" };
}

function printer(): (text: string) => void {
  const flow = createFlow(WIDTH);
  return (text) => printPiece(flow(text));
}

function tokensOf({ usage }: Bill): string {
  return `${usage.input_tokens} in, ${usage.output_tokens} out`;
}

export async function playChat(context: RunContext): Promise<Scenario> {
  const mark = `${context.run}-4`;
  sayHeading(context, "A chat that is read to its end");
  const prompt = `How much was a farthing worth? (${mark}) ${WITH_EVERY_KIND}`;
  const key = crypto.randomUUID();
  const { bill } = await streamChat(context.buyer, prompt, { key, onDelta: printer() });
  context.say();
  if (!bill) throw new DemoError("the stream ended without its `usage` event");
  context.say(formatFacts([["tokens", tokensOf(bill)], ["credits", `charged ${bill.credits}`]]));
  return { ...scenarioOf("chat", mark, bill), ended: bill.finish_reason, wanted: "stop" };
}

/**
 * Disconnects in the middle of a chat. The account pays for the whole answer, and a second request
 * with the same key returns that answer.
 */
export async function playAbandoned(context: RunContext): Promise<Scenario> {
  const { buyer, say } = context;
  const mark = `${context.run}-5`;
  sayHeading(context, `A chat that its reader leaves after ${LEAVE_AFTER} pieces`);
  const prompt = `How much could a groat buy? (${mark}) ${WITH_PAUSES}`;
  const key = crypto.randomUUID();
  const { text } = await streamChat(buyer, prompt, {
    key,
    onDelta: printer(),
    leaveAfter: LEAVE_AFTER,
  });
  say(" ✂");
  await untilReleased(context, "left; the service reads on");
  const again = await streamChat(buyer, prompt, { key });
  if (!again.bill) {
    throw new DemoError("the repeat of the abandoned chat returned no `usage` event");
  }
  const arrived = countTokens(text, { disallowedSpecial: new Set() });
  const { output_tokens } = again.bill.usage;
  say(formatFacts([
    [
      "tokens",
      `${arrived} arrived, ${output_tokens} charged; prompt ${again.bill.usage.input_tokens}`,
    ],
    ["credits", `charged ${again.bill.credits}`],
  ]));
  return {
    ...scenarioOf("left", mark, again.bill),
    ended: `${again.bill.finish_reason}, ${output_tokens} out`,
    wanted: `stop, ${LEFT_TOKENS} out`,
  };
}
