/**
 * The actions of an app that move money. Each action is prepared without a fault, sent once during
 * a fault, and repeated with the same idempotency key after the fault. In the end, each action has
 * had its effect exactly once.
 */
import { deepEqual, equal } from "node:assert/strict";
import { Checkout } from "../../../supabase/functions/_shared/contracts/checkout.ts";
import { Received } from "../../../supabase/functions/_shared/contracts/webhook-events.ts";
import { OpenedHold, SettledHold } from "../../../supabase/functions/_shared/contracts/holds.ts";
import { OpenAiCompletion } from "../../../supabase/functions/_shared/contracts/openai.ts";
import { ChatAnswer } from "../../../supabase/functions/_shared/contracts/ai.ts";
import { StartedJob } from "../../../supabase/functions/_shared/contracts/jobs.ts";
import { Charge } from "../../../supabase/functions/_shared/contracts/usage.ts";
import { chatBody, closedChats, promptOf } from "../../support/work/chat.ts";
import { countEntries } from "../../support/project/database.ts";
import { type Answer, backEnd, data, post } from "../../support/project/http.ts";
import { holdsEnd, jobEnds } from "../../support/work/jobs.ts";
import { signUp, signUpWith } from "../../support/project/people.ts";
import {
  balanceOf,
  openCheckout,
  orderBecomes,
  packageNamed,
} from "../../support/money/purchases.ts";
import { deliver, payInSilence, sessionsOf } from "../../support/money/stripe.ts";
import { until } from "../../support/project/until.ts";
import type { World } from "../../support/project/world.ts";

export interface Attempt {
  /** Sends the request to the functions for which the fault is present. */
  act(cut: World): Promise<Answer>;
  /**
   * Checks the result when the fault has ended.
   * @throws if anything was lost or doubled
   */
  finish(): Promise<void>;
}

/** `marker` is added to the prompts. A marker that is not empty makes the emulated models fail. */
type Journey = (world: World, marker: string) => Promise<Attempt>;

/** Repeats a request with the same key, as a client does, while the error is retryable. */
function again(what: string, ask: () => Promise<Answer>): Promise<Answer> {
  return until(what, async () => {
    const answer = await ask();
    return answer.status < 500 && ![408, 409].includes(answer.status) ? answer : undefined;
  });
}

const checkout: Journey = async (world) => {
  const buyer = await signUp(world);
  const { id } = await packageNamed(world, "Starter");
  const key = crypto.randomUUID();
  const ask = (where: World) => post(where, "checkout", buyer.as, { package_id: id }, { key });
  return {
    act: ask,
    async finish() {
      const open = data(await again("the checkout", () => ask(world)), 201, Checkout);
      deepEqual(await sessionsOf(world, open.order_id), [open.checkout_session_id]);
      equal(await countEntries(world, buyer.id), 0);
    },
  };
};

const webhook: Journey = async (world) => {
  const buyer = await signUp(world);
  const order = await openCheckout(world, buyer);
  const events = await payInSilence(world, order);
  const tell = async (where: World): Promise<Answer> => {
    const answers: Answer[] = [];
    for (const event of events) answers.push(await deliver(where, event));
    return answers.find(({ status }) => status !== 200) ?? answers.at(-1)!;
  };
  return {
    act: tell,
    async finish() {
      data(await again("the deliveries", () => tell(world)), 200, Received);
      await orderBecomes(world, buyer, order.order_id, "paid");
      equal(await countEntries(world, buyer.id), 1);
    },
  };
};

const usage: Journey = async (world) => {
  const { id: user_id } = await signUpWith(world, "100");
  const key = crypto.randomUUID();
  const body = { user_id, model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
  const charge = (where: World) => post(where, "usage", backEnd(where), body, { key });
  return {
    act: charge,
    async finish() {
      data(await again("the charge succeeds", () => charge(world)), 201, Charge);
      equal((await balanceOf(world, user_id)).balance, "50");
      equal(await countEntries(world, user_id, "usage"), 1);
    },
  };
};

const hold: Journey = async (world) => {
  const { id: user_id } = await signUpWith(world, "100");
  const keys = [crypto.randomUUID(), crypto.randomUUID()];
  const open = (where: World) =>
    post(where, "credits/holds", backEnd(where), { user_id, amount: "60" }, { key: keys[0]! });
  const settle = async (where: World, opened: Answer) => {
    const { hold_id } = data(opened, 201, OpenedHold);
    const path = `credits/holds/${hold_id}/settle`;
    return await post(where, path, backEnd(where), { amount: "40" }, { key: keys[1]! });
  };
  return {
    async act(cut) {
      const opened = await open(cut);
      return opened.status === 201 ? await settle(cut, opened) : opened;
    },
    async finish() {
      const opened = await again("the hold", () => open(world));
      data(await again("the settlement", () => settle(world, opened)), 200, SettledHold);
      const { balance, held } = await balanceOf(world, user_id);
      deepEqual([balance, held], ["60", "0"]);
    },
  };
};

const jobs: Journey = async (world, marker) => {
  const person = await signUpWith(world, "1000");
  const key = crypto.randomUUID();
  const body = { type: "research", input: { query: `Explain a fault. [plan:1] ${marker}` } };
  const ask = (where: World) => post(where, "jobs", person.as, body, { key });
  return {
    act: ask,
    async finish() {
      const { job_id } = data(await again("the job", () => ask(world)), 202, StartedJob);
      const { checkpoints } = await jobEnds(world, person.as, job_id, "completed");
      await holdsEnd(world, person.id);
      // There is one entry for each step, and one for the grant that was made before the fault.
      equal(await countEntries(world, person.id), checkpoints.length + 1);
    },
  };
};

const chat: Journey = async (world) => {
  const person = await signUpWith(world, "1000");
  const key = crypto.randomUUID();
  const { content } = promptOf("[tokens:8]");
  const ask = (where: World) => post(where, "ai/chat", person.as, chatBody(content), { key });
  return {
    act: ask,
    async finish() {
      data(await again("the chat", () => ask(world)), 200, ChatAnswer);
      await closedChats(world, person);
      await holdsEnd(world, person.id);
      equal(await countEntries(world, person.id), 2);
    },
  };
};

const openAiChat: Journey = async (world) => {
  const person = await signUpWith(world, "1000");
  const key = crypto.randomUUID();
  const body = chatBody(promptOf("[tokens:8]").content, { max_tokens: 100 });
  const ask = (where: World) => post(where, "ai/v1/chat/completions", person.as, body, { key });
  return {
    act: ask,
    async finish() {
      const { status, text } = await again("the completion", () => ask(world));
      equal(status, 200, text);
      OpenAiCompletion.parse(JSON.parse(text));
      await closedChats(world, person);
      await holdsEnd(world, person.id);
      equal(await countEntries(world, person.id), 2);
    },
  };
};

export const JOURNEYS = {
  "checkout": checkout,
  "webhook": webhook,
  "usage": usage,
  "hold and settle": hold,
  "jobs": jobs,
  "ai chat": chat,
  "openai sdk": openAiChat,
} as const satisfies Record<string, Journey>;

export type JourneyName = keyof typeof JOURNEYS;
