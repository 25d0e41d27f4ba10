/**
 * Compares the credits that a user pays for a streamed chat with the bill of the emulated provider.
 */
import { equal, ok } from "node:assert/strict";
import {
  closedChats,
  promptOf,
  type ProviderRequest,
  requestsWith,
} from "../../support/work/chat.ts";
import { withSql } from "../../support/project/database.ts";
import { type Person, signUpWith } from "../../support/project/people.ts";
import { until } from "../../support/project/until.ts";
import type { World } from "../../support/project/world.ts";

export interface Kind {
  readonly name: string;
  readonly model: string;
  readonly markers: string;
  /** The number of text pieces in the whole answer. */
  readonly pieces: number;
}

export const KINDS: readonly Kind[] = [
  { name: "plain", model: "gpt-4o", markers: "[tokens:60] [pace:5]", pieces: 60 },
  { name: "cached", model: "gpt-4o", markers: "[tokens:60] [pace:5] [cached:8]", pieces: 60 },
  {
    name: "thinking first",
    model: "o4-mini",
    markers: "[reasoning:500] [think:1] [tokens:40] [pace:5]",
    pieces: 40,
  },
  {
    name: "thinking after the answer has begun",
    model: "o4-mini",
    markers: "[tokens:40] [afterthought:500] [think:1] [pace:5]",
    pieces: 40,
  },
  {
    name: "of another tokenizer",
    model: "claude-haiku-4-5",
    markers: "ราคาของเหรียญเท่าไหร่ในสมัยนั้น [tokens:60] [pace:5]",
    pieces: 60,
  },
  {
    name: "calling a tool",
    model: "gpt-4o",
    markers: "[tokens:40] [tool:80] [pace:5]",
    pieces: 40,
  },
  {
    name: "slow",
    model: "gpt-4o",
    markers: "[slow:400] [tokens:20] [pace:40]",
    pieces: 20,
  },
];

const MAX_OUTPUT_TOKENS = 1_500;

export interface Chat {
  readonly kind: Kind;
  readonly person: Person;
  readonly name: string;
  readonly key: string;
  readonly body: object;
}

/**
 * Signs up a person, and makes a chat of this kind for them.
 * @param more texts that are added to the prompt, and tell the emulated provider what to do
 */
export async function chatOf(world: World, kind: Kind, more = ""): Promise<Chat> {
  const { name, content } = promptOf(`${kind.markers} ${more}`);
  return {
    kind,
    person: await signUpWith(world, "10000"),
    name,
    key: crypto.randomUUID(),
    body: {
      model: kind.model,
      messages: [{ role: "user", content }],
      max_output_tokens: MAX_OUTPUT_TOKENS,
      stream: true,
    },
  };
}

/** Waits until the chat's request to the provider has begun or ended, and returns the request. */
export function callOf(world: World, { name }: Chat, has: "begun" | "ended") {
  return until(`the call has ${has}`, async () => {
    const [call] = await requestsWith(world, name);
    return call && (has === "ended" ? call.ended : call.status === 200) ? call : undefined;
  });
}

interface Row {
  readonly held: number;
  readonly charged: number;
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

/**
 * Reads the credits that were held and charged for a person's only chat, and the price of each kind of
 * token.
 */
async function figuresOf(world: World, { person, kind }: Chat): Promise<Row> {
  return await withSql(world, async (sql) => {
    const [row] = await sql<Row[]>`
      select h.amount::float8 as held, coalesce((select sum(case e.direction when 'out' then e.amount
          else -e.amount end) from farthing.entries e where e.account_id = h.account_id
          and e.metadata ->> 'hold_id' = h.hold_id::text), 0)::float8 as charged,
        (r.input_per_million_usd * r.markup / 1000)::float8 as input,
        (r.cached_input_per_million_usd * r.markup / 1000)::float8 as cached,
        (r.output_per_million_usd * r.markup / 1000)::float8 as output
      from farthing.holds h join farthing.accounts a using (account_id)
      join farthing.rates r on r.model = ${kind.model} and r.version = h.rate_version
      where a.owner_id = ${person.id}`;
    ok(row);
    return row;
  });
}

/**
 * T28 in docs/reference/traps.md: asserts that the user is charged at least the provider's bill and
 * at most the hold.
 * @returns the request as the provider recorded it
 */
export async function judge(world: World, chat: Chat, way: string): Promise<ProviderRequest> {
  const rows = await closedChats(world, chat.person);
  equal(rows.length, 1);
  const call = await callOf(world, chat, "ended");
  const { held, charged, input, cached, output } = await figuresOf(world, chat);
  const { prompt_tokens, completion_tokens, prompt_tokens_details } = call.billed!;
  const fromCache = prompt_tokens_details.cached_tokens;
  const billed = (prompt_tokens - fromCache) * input + fromCache * cached +
    completion_tokens * output;
  const figures = `${chat.kind.name}, ${way}: billed ${billed}, charged ${charged}, held ${held}`;
  const rounding = 1e-9;
  ok(charged >= billed - rounding, figures);
  ok(charged <= held + rounding, figures);
  return call;
}
