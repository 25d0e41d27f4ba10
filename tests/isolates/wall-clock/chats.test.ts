/**
 * Chats in isolates that are killed again and again. Each idempotency key gets one final answer,
 * and the charges cover at least the provider's bill.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Decimal } from "decimal.js";
import { createParser } from "eventsource-parser";
import { chatBody, closedChats, promptOf, requestsWith } from "../../support/work/chat.ts";
import { proven, withSql } from "../../support/project/database.ts";
import { deathsDuring, isWorthRepeating } from "../../support/processes/isolates.ts";
import { type Person, signUpWith } from "../../support/project/people.ts";
import { balanceOf } from "../../support/money/purchases.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();
const CREDITS = 1_000;
/** The highest allowed difference between the recorded and the received tokens of a killed chat. */
const MAX_UNRECORDED_TOKENS = 64;
/** The policy's stream_in_flight_tokens, which are charged in addition to the recorded tokens. */
const IN_FLIGHT_TOKENS = 256;
const CALLERS = 16;
/** The number of chats of each caller. The test repeats the interrupted chats afterwards. */
const CHATS = 3;
const MAX_REPEATS = 10;
const MAX_ROUNDS = 4;

/**
 * The final answer under an idempotency key. Every later request with this key gets this answer.
 */
interface Final {
  readonly text: string;
  readonly credits: string;
}

interface Chat {
  readonly person: Person;
  readonly key: string;
  readonly name: string;
  readonly content: string;
  readonly isStream: boolean;
  /** For each interrupted attempt, the number of pieces that the caller has read. */
  readonly cuts: number[];
  final: Final | undefined;
}

async function makeChat(nr: number): Promise<Chat> {
  // An isolate runs for 12 s and accepts requests for the first 6 s, so a chat of 8 s that begins late is
  // interrupted.
  const markers = nr % 2
    ? "[tokens:80] [pace:100]"
    : `[tokens:20] [pace:50] [slow:${nr % 5 * 200}]`;
  return {
    person: await signUpWith(world, String(CREDITS)),
    key: crypto.randomUUID(),
    ...promptOf(markers),
    isStream: nr % 3 > 0,
    cuts: [],
    final: undefined,
  };
}

interface Received {
  text: string;
  pieces: number;
  credits: string | undefined;
}

/** Reads a stream to its last event, or until the connection breaks. */
async function listen(body: ReadableStream<Uint8Array>): Promise<Received> {
  const received: Received = { text: "", pieces: 0, credits: undefined };
  const parser = createParser({
    onEvent({ event, data }) {
      const { content = "", credits } = JSON.parse(data);
      received.text += content;
      if (event === "delta") received.pieces += 1;
      else received.credits = credits;
    },
  });
  try {
    for await (const text of body.pipeThrough(new TextDecoderStream())) parser.feed(text);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  return received;
}

interface Attempt extends Received {
  /**
   * True if the answer is the stored answer of an earlier attempt with the same idempotency key.
   */
  readonly isReplay: boolean;
}

/** Sends the chat once. */
async function attempt({ person, key, content, isStream }: Chat): Promise<Attempt> {
  const response = await fetch(`${world.url}/functions/v1/ai/chat`, {
    method: "POST",
    headers: { ...person.as, "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(chatBody(content, { stream: isStream })),
  });
  const isReplay = response.headers.has("idempotency-replayed");
  if (response.status === 200 && isStream) return { ...await listen(response.body!), isReplay };
  const text = await response.text();
  if (response.status === 200) {
    const { data } = JSON.parse(text);
    return { text: data.message.content, pieces: 0, credits: data.credits, isReplay };
  }
  ok(isWorthRepeating({ status: response.status, text }), `${response.status}: ${text}`);
  return { text: "", pieces: 0, credits: undefined, isReplay };
}

async function advance(chat: Chat): Promise<void> {
  const { text, credits, pieces, isReplay } = await attempt(chat);
  if (credits === undefined) {
    chat.cuts.push(pieces);
    return;
  }
  chat.final = { text, credits };
  // If this answer is a replay, the service charged an earlier attempt in full and stored its whole
  // answer. Only the connection broke too early, so that attempt does not count as interrupted.
  if (isReplay) {
    const whole = chat.cuts.findLastIndex((read) => read > 0);
    if (whole >= 0) chat.cuts.splice(whole, 1);
  }
}

/**
 * Runs the task that closes abandoned chats, as if a minute had passed. No chat runs at that
 * moment.
 */
async function minutePasses(): Promise<void> {
  await withSql(
    world,
    (sql) => sql`select farthing.close_abandoned_chats(now() + interval '61 seconds')`,
  );
}

/** Sends all chats, with several callers at the same moment. Then repeats the interrupted chats. */
async function askAll(chats: readonly Chat[]): Promise<void> {
  const waiting = [...chats];
  const call = async () => {
    for (let chat = waiting.shift(); chat; chat = waiting.shift()) await advance(chat);
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
  for (let repeat = 0; repeat < MAX_REPEATS; repeat++) {
    await minutePasses();
    await Promise.all(chats.filter(({ final }) => final === undefined).map(advance));
  }
}

async function judge(chat: Chat): Promise<void> {
  const { person, final, name } = chat;
  ok(final, `no answer to ${chat.key}`);
  const again = await attempt(chat);
  deepEqual({ text: again.text, credits: again.credits }, final, "a repeat is the one answer");
  const rows = await closedChats(world, person);
  const settled = rows.filter(({ state }) => state === "settled");
  // The last attempt gave the final answer. The attempts before it were interrupted, and the scheduled task
  // closed their chats.
  const abandoned = settled.slice(0, -1);
  const tokens = abandoned.reduce((sum, { streamed_tokens }) => sum + streamed_tokens, 0);
  const asked = await requestsWith(world, name);
  ok(asked.length <= rows.length, `${asked.length} requests for ${rows.length} chats`);
  const sent = asked.reduce((sum, { tokens_sent }) => sum + tokens_sent, 0);
  ok(tokens <= sent, `${tokens} recorded, ${sent} sent by the provider`);
  const read = chat.cuts.reduce((sum, pieces) => sum + pieces, 0);
  const gap = Math.abs(tokens - read);
  ok(gap <= MAX_UNRECORDED_TOKENS * chat.cuts.length, `${read} read, ${tokens} recorded`);
  const price = abandoned.reduce(
    (sum, row) =>
      sum.plus((row.input_tokens * 20 + (row.streamed_tokens + IN_FLIGHT_TOKENS) * 60) / 1000),
    new Decimal(final.credits),
  );
  const { balance, held } = await balanceOf(world, person.id);
  deepEqual([balance, held], [new Decimal(CREDITS).minus(price).toFixed(), "0"]);
  equal(rows.filter(({ state }) => state === "open").length, 0);
}

Deno.test("T9: chats whose isolates are killed are answered once, and pay for each call", async () => {
  let killed = 0;
  let cut = 0;
  let streamsCut = 0;
  // The number of killed chats is random, so rounds are repeated until there are enough.
  for (let round = 0; round < MAX_ROUNDS && !(killed >= 2 && cut >= 4 && streamsCut > 0); round++) {
    const numbers = Array.from({ length: CALLERS * CHATS }, (_, nr) => nr);
    const chats = await Promise.all(numbers.map(makeChat));
    const deaths = await deathsDuring(world, "ai", () => askAll(chats));
    for (const chat of chats) await judge(chat);
    killed += deaths.killed;
    cut += deaths.cut;
    streamsCut += chats.filter(({ cuts }) => cuts.some((pieces) => pieces > 0)).length;
  }
  await proven(world);
  ok(killed >= 2 && cut >= 4 && streamsCut > 0, JSON.stringify({ killed, cut, streamsCut }));
});
