/** Many chats at the same moment, and callers who leave during a chat. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { ChatAnswer } from "../../../supabase/functions/_shared/contracts/ai.ts";
import {
  chatBody,
  closedChats,
  endedRequestsWith,
  promptOf,
  requestsWith,
  streamChat,
  type StreamEvent,
} from "../../support/work/chat.ts";
import { countEntries, proven, withSql } from "../../support/project/database.ts";
import { type Answer, data, post, refused } from "../../support/project/http.ts";
import { type Person, signUp, signUpWith } from "../../support/project/people.ts";
import { backEnd } from "../../support/project/http.ts";
import { balanceOf } from "../../support/money/purchases.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();

function together<T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => act(index)));
}

const priceOf = (input: number, output: number) => (input * 20 + output * 60) / 1000;

/**
 * Returns the number of credits that are held for a chat with this body. A user without credits is
 * refused, and the refusal contains this number.
 */
async function heldBy(body: object): Promise<number> {
  const person = await signUp(world);
  const broke = refused(await post(world, "ai/chat", person.as, body), 402, "insufficient_credits");
  return Number(broke.details?.required);
}

async function grant({ id }: Person, amount: string): Promise<void> {
  const body = { user_id: id, amount, source: "promotional", reason: "test" };
  equal((await post(world, "credits/grants", backEnd(world), body)).status, 201);
}

for (const stream of [false, true]) {
  const kind = stream ? "streamed chats" : "chats";
  Deno.test(`T1: of 20 ${kind} at once with credits for 5, exactly 5 reach the provider`, async () => {
    // The model is slow, so the five admitted chats are still running when the last of the other
    // fifteen is refused.
    const { name, content } = promptOf("[slow:12000] [tokens:20]");
    const body = { ...chatBody(content, { max_output_tokens: 100 }), stream };
    const person = await signUp(world);
    // Prices in this test have at most five decimals. A product of floating-point numbers may be
    // slightly too low, so the test rounds it to five decimals.
    await grant(person, (5 * await heldBy(body)).toFixed(5));
    const answers = await together(20, () => post(world, "ai/chat", person.as, body));
    const isAnswered = ({ status }: Answer) => status === 200;
    equal(answers.filter(isAnswered).length, 5);
    for (const answer of answers.filter((each) => !isAnswered(each))) {
      refused(answer, 402, "insufficient_credits");
    }
    equal((await requestsWith(world, name)).length, 5);
    equal((await closedChats(world, person)).length, 5);
    equal(await countEntries(world, person.id, "settle"), 5);
    equal((await balanceOf(world, person.id)).held, "0");
    await proven(world);
  });
}

Deno.test("identical chats at once call the provider once", async () => {
  const { name, content } = promptOf("[slow:300]");
  const person = await signUpWith(world, "1000");
  const key = crypto.randomUUID();
  const ask = () => post(world, "ai/chat", person.as, chatBody(content), { key });
  const first = await together(10, ask);
  // One request has been answered, and all others were refused. When the refused requests are
  // repeated, they get that answer, too.
  const again = first.filter(({ status }) => status !== 200);
  for (const answer of again) refused(answer, 409, "idempotency_in_progress");
  const repeated = await together(again.length, ask);
  const answers = [...first.filter(({ status }) => status === 200), ...repeated]
    .map((answer) => data(answer, 200, ChatAnswer));
  equal(answers.length, 10);
  for (const answer of answers) deepEqual(answer, answers[0]);
  equal((await requestsWith(world, name)).length, 1);
  equal(await countEntries(world, person.id, "settle"), 1);
  await proven(world);
});

const textOf = (events: readonly StreamEvent[]): string =>
  events.filter(({ name }) => name === "delta").map(({ data }) => data.content).join("");

const TOKENS = 120;
const LEAVING: readonly [string, number][] = [
  ["at the first token", 1],
  ["in the middle", TOKENS / 2],
  ["before the last token", TOKENS - 1],
];

for (const [when, count] of LEAVING) {
  Deno.test(`T9: a stream whose caller leaves ${when} is read to its end, and settled once`, async () => {
    const { name, content } = promptOf(`[tokens:${TOKENS}] [pace:10]`);
    const person = await signUpWith(world, "100");
    const body = chatBody(content, { max_output_tokens: 500 });
    const key = crypto.randomUUID();
    const staysFor = (deltas: number) => deltas < count;
    const { events } = await streamChat(world, person, body, staysFor, key);
    ok(events.every(({ name }) => name === "delta"), "the stream has ended");
    const [chat, ...more] = await closedChats(world, person);
    deepEqual([chat?.state, more.length], ["settled", 0]);

    // The next request with the same idempotency key gets the stored answer, and is not charged
    // again.
    const replay = await streamChat(world, person, body, () => true, key);
    const { usage, credits, finish_reason } = replay.events.at(-1)!.data as {
      usage: { input_tokens: number; output_tokens: number };
      credits: string;
      finish_reason: string;
    };
    deepEqual([replay.replayed, finish_reason], [true, "stop"]);
    const [answer, seen] = [textOf(replay.events), textOf(events)];
    // The last two pieces may arrive together. A caller who wants to leave before the last piece
    // may therefore already have the whole answer.
    const mayBeWhole = count === TOKENS - 1 && answer === seen;
    ok(answer.startsWith(seen) && (answer.length > seen.length || mayBeWhole), answer);
    const [asked, ...others] = await endedRequestsWith(world, name);
    deepEqual([others.length, asked?.aborted], [0, false]);
    equal(asked?.tokens_sent, TOKENS);
    deepEqual(usage, {
      input_tokens: asked?.billed?.prompt_tokens,
      output_tokens: asked?.billed?.completion_tokens,
    });
    equal(usage.input_tokens, chat?.input_tokens);
    ok(usage.output_tokens - chat!.streamed_tokens <= 64, "too many tokens after the last record");
    equal(Number(credits), priceOf(usage.input_tokens, usage.output_tokens));
    equal(await countEntries(world, person.id, "settle"), 1);
    const { held, balance } = await balanceOf(world, person.id);
    deepEqual([held, Number(balance)], ["0", 100 - Number(credits)]);
    // The chat is settled, so the scheduled task must not change the balance.
    await withSql(world, (sql) => sql`select farthing.close_abandoned_chats()`);
    equal((await balanceOf(world, person.id)).balance, balance);
    await proven(world);
  });
}
