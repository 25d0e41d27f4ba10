/** Makes the text of answers: the same prompt always gets the same answer. */
import { createHash } from "node:crypto";
import { type Behaviour, withoutMarkers } from "./prompt-markers.ts";
import type { Ask } from "./chat-request.ts";
import { splitIntoTokens } from "./count-tokens.ts";

/** The words of the filler text. Each of these words, with the space before it, is one token. */
const WORDS =
  ("account answer balance because before between case change charge cost credit data " +
    "each entry event every example first hold job key last later less line long lot many model " +
    "more most need never new number often once one only open order other paid part people place " +
    "plan point price question read reason record report result right rule same second short small " +
    "some state step still store sum system there they thing time token total under until use user " +
    "value way when while work year").split(" ");

const SENTENCE_WORDS = 11;
const LEAST_TOKENS = 24;
const QUOTED = 120;

/** Yields numbers below 256. The same text always gives the same numbers. */
function* noise(text: string): Generator<number, never> {
  for (let round = 0;; round++) yield* createHash("sha256").update(`${round} ${text}`).digest();
}

function quoted(prompt: string): string {
  const characters = [...withoutMarkers(prompt).replaceAll(/\s+/g, " ")];
  return characters.slice(0, QUOTED).join("") + (characters.length > QUOTED ? "…" : "");
}

/**
 * Returns `tokens` words in sentences. Each word is one token or more, so the text may be too long.
 * The caller cuts it to `tokens` tokens.
 */
function filler(prompt: string, tokens: number): string {
  const numbers = noise(prompt);
  const words = Array.from({ length: tokens }, (_, at) => {
    const word = WORDS[numbers.next().value % WORDS.length] ?? "";
    return at % SENTENCE_WORDS === SENTENCE_WORDS - 1 ? `${word}.` : word;
  });
  return words.map((word) => ` ${word}`).join("");
}

const QUESTIONS = [
  (topic: string) => `What is known about ${topic}?`,
  (topic: string) => `What is disputed about ${topic}?`,
  (topic: string) => `What follows from ${topic}?`,
];

function plan(topic: string, count: number, form: "object" | "list"): string {
  const questions = Array.from({ length: count }, (_, at) => {
    const ask = QUESTIONS[at] ?? ((topic: string) => `What else (${at + 1}) matters for ${topic}?`);
    return ask(topic);
  });
  return JSON.stringify(form === "object" ? { questions } : questions);
}

/**
 * One generated token. A `thought` is a reasoning token, and its text is empty. When several tokens
 * make one character, only the last one has text.
 */
export interface Token {
  kind: "text" | "thought" | "tool";
  text: string;
}

export interface Answer {
  tokens: Token[];
  finishReason: "stop" | "length" | "tool_calls";
  /**
   * The name of the tool that the answer calls. The tokens of the kind `tool` are its arguments.
   */
  tool: string | undefined;
}

async function whole(ask: Ask, behaviour: Behaviour): Promise<string[]> {
  const topic = quoted(ask.prompt);
  if (ask.json) return await splitIntoTokens(plan(topic, behaviour.questions, ask.json), ask.model);
  const first = noise(ask.prompt).next().value;
  const quote = await splitIntoTokens(`You asked: ${topic}\n\n`, ask.model);
  const wanted = behaviour.tokens ?? quote.length + LEAST_TOKENS + first % LEAST_TOKENS;
  const text = `You asked: ${topic}\n\nIn short:${filler(ask.prompt, wanted)}`;
  return (await splitIntoTokens(text, ask.model)).slice(0, wanted);
}

function thoughts(count: number): Token[] {
  return Array.from({ length: count }, () => ({ kind: "thought", text: "" }));
}

/**
 * Returns the answer, cut to the request's maximum. Reasoning tokens and a tool's arguments count
 * towards the maximum.
 */
export async function answerTo(ask: Ask, behaviour: Behaviour): Promise<Answer> {
  if (ask.called !== undefined) return await callOf(ask.called.function.name, ask, behaviour);
  const text = (await whole(ask, behaviour)).map((text): Token => ({ kind: "text", text }));
  const half = Math.ceil(text.length / 2);
  const call = Array.from(
    { length: behaviour.tool },
    (): Token => ({ kind: "tool", text: " word" }),
  );
  const all = [
    ...thoughts(behaviour.reasoning),
    ...text.slice(0, half),
    ...thoughts(behaviour.afterthought),
    ...call,
    ...text.slice(half),
  ];
  const tokens = all.slice(0, ask.maxTokens);
  const finishReason = tokens.length < all.length ? "length" : "stop";
  return { tokens, finishReason, tool: undefined };
}

/** Calls a tool with the prompt as its only argument, `question`. */
async function callOf(tool: string, ask: Ask, behaviour: Behaviour): Promise<Answer> {
  const given = JSON.stringify({ question: quoted(ask.prompt) });
  const pieces = await splitIntoTokens(given, ask.model);
  const all = [
    ...thoughts(behaviour.reasoning),
    ...pieces.map((text): Token => ({ kind: "tool", text })),
  ];
  const tokens = all.slice(0, ask.maxTokens);
  return { tokens, finishReason: tokens.length < all.length ? "length" : "tool_calls", tool };
}
