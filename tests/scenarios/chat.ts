/**
 * Streamed chats, and chats that are answered as a whole, are charged by their tokens. Repeating a chat's
 * request costs nothing.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { ChatAnswer } from "../../supabase/functions/_shared/contracts/ai.ts";
import { chatBody, promptOf, requestsWith, streamChat } from "../support/work/chat.ts";
import { proven } from "../support/project/database.ts";
import { data, post, refused } from "../support/project/http.ts";
import { signUp, signUpWith } from "../support/project/people.ts";
import { balanceOf } from "../support/money/purchases.ts";
import type { World } from "../support/project/world.ts";
import type { Scenario } from "./scenario.ts";

/**
 * In the seed data, gpt-4o costs 5 USD per million input tokens and 15 USD per million output
 * tokens, and the markup is 4. A credit is a thousandth of a dollar.
 */
function priceOf(input: number, output: number): string {
  return String((input * 20 + output * 60) / 1000);
}

async function answered(world: World): Promise<void> {
  const person = await signUpWith(world, "100");
  const { name, content } = promptOf("[tokens:50]");
  const [body, key] = [chatBody(content, { max_output_tokens: 200 }), crypto.randomUUID()];
  const answer = data(await post(world, "ai/chat", person.as, body, { key }), 200, ChatAnswer);
  const [asked] = await requestsWith(world, name);
  const { prompt_tokens, completion_tokens } = asked!.usage!;
  deepEqual(answer.usage, { input_tokens: prompt_tokens, output_tokens: completion_tokens });
  equal(answer.credits, priceOf(prompt_tokens, completion_tokens));
  ok(answer.message.content.length > 0);

  const again = await post(world, "ai/chat", person.as, body, { key });
  equal(again.headers.get("idempotency-replayed"), "true");
  deepEqual(data(again, 200, ChatAnswer), answer);
  equal((await requestsWith(world, name)).length, 1);
  const { balance, held } = await balanceOf(world, person.id);
  deepEqual([balance, held], [answer.balance_after, "0"]);
  await proven(world);
}

async function streamed(world: World): Promise<void> {
  const person = await signUpWith(world, "100");
  const { name, content } = promptOf("[tokens:90] [cached:10] [reasoning:20]");
  const [body, key] = [chatBody(content, { max_output_tokens: 200 }), crypto.randomUUID()];
  const { events } = await streamChat(world, person, body, () => true, key);
  const last = events.at(-1)!;
  equal(last.name, "usage");
  const text = events.slice(0, -1).map(({ data }) => data.content).join("");
  const [asked] = await requestsWith(world, name);
  const { prompt_tokens, completion_tokens } = asked!.usage!;
  deepEqual(last.data.usage, {
    input_tokens: prompt_tokens - 10,
    cached_input_tokens: 10,
    output_tokens: completion_tokens - 20,
    reasoning_tokens: 20,
  });
  const again = await streamChat(world, person, body, () => true, key);
  equal(again.replayed, true);
  deepEqual(again.events, [{ name: "delta", data: { content: text } }, last]);
  equal((await requestsWith(world, name)).length, 1);
  const { balance, held } = await balanceOf(world, person.id);
  deepEqual([balance, held], [last.data.balance_after, "0"]);
  await proven(world);
}

async function neverAsked(world: World): Promise<void> {
  const poor = await signUp(world);
  const rich = await signUpWith(world, "100");
  const { name, content } = promptOf("");
  const unknown = { ...chatBody(content), model: "gpt-3" };
  for (const stream of [false, true]) {
    const broke = await post(world, "ai/chat", poor.as, chatBody(content, { stream }));
    refused(broke, 402, "insufficient_credits");
    const nameless = await post(world, "ai/chat", rich.as, { ...unknown, stream });
    refused(nameless, 422, "unknown_model", "model");
  }
  deepEqual(await requestsWith(world, name), []);
  await proven(world);
}

async function providerFails(world: World): Promise<void> {
  const person = await signUpWith(world, "100");
  const key = crypto.randomUUID();
  const { name, content } = promptOf("[fail:400x1]");
  const ask = () => post(world, "ai/chat", person.as, chatBody(content), { key });
  const failed = refused(await ask(), 502, "upstream_unavailable");
  equal(failed.retryable, true);
  deepEqual((await balanceOf(world, person.id)).held, "0");
  data(await ask(), 200, ChatAnswer);
  equal((await requestsWith(world, name)).length, 2);
  await proven(world);
}

async function breaksOff(world: World): Promise<void> {
  const person = await signUpWith(world, "100");
  for (const marker of ["cut", "break"]) {
    const { name, content } = promptOf(`[tokens:40] [${marker}:12]`);
    const { events } = await streamChat(world, person, chatBody(content));
    const last = events.at(-1)!;
    equal(last.name, "error", marker);
    const { error, usage, credits } = last.data as {
      error: { code: string };
      usage: { input_tokens: number; output_tokens: number };
      credits: string;
    };
    equal(error.code, "upstream_unavailable");
    const [asked] = await requestsWith(world, name);
    // Tokens that were in flight when the connection broke are charged, too, up to the 1,024 tokens that
    // the hold covers.
    const { completion_tokens } = asked!.billed!;
    ok(usage.output_tokens >= completion_tokens && usage.output_tokens <= 1_024);
    equal(credits, priceOf(usage.input_tokens, usage.output_tokens));
  }
  equal((await balanceOf(world, person.id)).held, "0");
  await proven(world);
}

export const chat: Scenario[] = [
  {
    name: "a chat costs the tokens that the provider counted, and its repeat nothing",
    run: answered,
  },
  { name: "T9: a streamed chat costs the same, and its repeat is the same stream", run: streamed },
  {
    name: "a chat without credits or with an unknown model never reaches the provider",
    run: neverAsked,
  },
  { name: "a chat whose provider fails costs nothing, and its key is free", run: providerFails },
  { name: "T28: a chat whose provider breaks off costs at least the bill", run: breaksOff },
];
