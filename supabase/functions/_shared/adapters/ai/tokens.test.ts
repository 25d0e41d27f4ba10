import assert from "node:assert/strict";
import { countPrompt, countText, createMeter } from "./tokens.ts";

// The numbers were counted by tiktoken, OpenAI's own library, with the encoding o200k_base.
const COUNTED: readonly [string, number][] = [
  ["", 0],
  ["hello world", 2],
  ["I'll don't WE'VE you're Hello'S camelCaseWords HTTPServer", 13],
  ["<|endoftext|> <|im_start|>user<|im_sep|>", 20],
  ["नमस्ते दुनिया कैसे हो ".repeat(500), 3_002],
  ["مرحبا بالعالم ".repeat(500), 2_001],
  [
    "function foo(a, b) {\n\treturn a + b;\n}\r\n\r\n   const x = {y: [1,2,3]};\n".repeat(300),
    8_100,
  ],
  ['The quick brown fox jumps over the lazy dog, and 12345 said: "hello!" \n'.repeat(900), 18_000],
  ["a".repeat(65_536), 8_192],
  [" ".repeat(65_536), 512],
];

for (const [text, tokens] of COUNTED) {
  Deno.test(`${JSON.stringify(text.slice(0, 30))} × ${text.length} has ${tokens} tokens`, () => {
    assert.equal(countText(text), tokens);
  });
}

Deno.test("a text without spaces is at most one in a thousand off", () => {
  const hanzi = countText("漢字仮名交じり文中国語".repeat(2_000));
  assert(Math.abs(hanzi - 22_000) <= 22, String(hanzi));
});

Deno.test("a word longer than a slice is counted after the words before it", () => {
  assert.equal(countText(`hello ${"a".repeat(65_536)}`), 1 + countText(` ${"a".repeat(65_536)}`));
});

Deno.test("a character of two units is never cut", () => {
  // The single character at the start puts the end of every slice inside a surrogate pair.
  const text = `a${"🏳".repeat(3_000)}`;
  const each = countText("🏳");
  assert.equal(countText(text), 1 + 3_000 * each);
});

Deno.test("half a surrogate pair is counted without an error", () => {
  assert.equal(countText("a\ud800b"), 3);
});

Deno.test("a prompt counts its format: four for a message, three for the start of the answer", () => {
  const messages = [
    { role: "system" as const, content: "hello world" },
    { role: "user" as const, content: "hello world" },
  ];
  assert.equal(countPrompt(messages), 3 + 2 * (4 + 2));
});

Deno.test("T28: a tool call in a prompt is counted as JSON", () => {
  const called = { name: "look_up", arguments: '{"coin":"farthing"}' };
  const call = { id: "call_1", type: "function" as const, function: called };
  const tool_calls = Array.from({ length: 100 }, () => call);
  const counted = countPrompt([{ role: "assistant", content: "", tool_calls }]);
  assert(counted >= 3 + 4 + 100 * countText(JSON.stringify(called)), String(counted));
});

Deno.test("a text in pieces counts as the whole text", () => {
  for (const [text] of COUNTED.filter(([{ length }]) => length < 30_000)) {
    const meter = createMeter();
    let tokens = 0;
    for (let at = 0; at < text.length; at += 97) tokens = meter.add(text.slice(at, at + 97));
    const whole = countText(text);
    assert(Math.abs(tokens - whole) <= whole / 1_000, `${tokens} instead of ${whole}`);
  }
});

Deno.test("a text in pieces without spaces is at most one in a hundred off", () => {
  const meter = createMeter();
  let tokens = 0;
  for (let piece = 0; piece < 2_000; piece++) tokens = meter.add("漢字仮名交じり文中国語");
  assert(Math.abs(tokens - 22_000) <= 220, String(tokens));
});

/**
 * Returns words in a random order. A repeated text would hide the tokenizer's work, because the
 * tokenizer caches pieces that it has seen.
 */
function thaiWords(count: number, seed: number): string[] {
  const words = ("ปัจจุบัน เทคโนโลยี มีบทบาท สำคัญ ใน ชีวิต " +
    "ประจำวัน ของ ผู้คน ทั่วโลก ดังนั้น การเรียนรู้").split(" ");
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return words[Math.floor(state / 65_536) % words.length]!;
  });
}

interface Metered {
  tokens: number;
  /** The number of tokens if all the words are counted as one text, and not piece by piece. */
  whole: number;
  /**
   * The sum of the squares of the slices' lengths. In a slice without boundaries, the tokenizer's
   * work grows with the square of the length.
   */
  work: number;
}

function meterWords(count: number, seed: number): Metered {
  const pieces = thaiWords(count, seed);
  let work = 0;
  const meter = createMeter((text) => {
    work += text.length ** 2;
    return countText(text);
  });
  let tokens = 0;
  for (const piece of pieces) tokens = meter.add(piece);
  return { tokens, work, whole: countText(pieces.join("")) };
}

Deno.test("words of a script without spaces cost in proportion to their number", () => {
  const few = meterWords(1_000, 2);
  const many = meterWords(4_000, 3);
  assert(Math.abs(many.tokens - many.whole) <= many.whole / 100, `${many.tokens}, ${many.whole}`);
  const ratio = many.work / few.work;
  assert(ratio < 4.2, `4 times the words took ${ratio.toFixed(1)} times as much work`);
});

Deno.test("a text in pieces of one character is counted at most 32 tokens too high", () => {
  const text = "The farthing was a quarter of a penny, until 1960. ".repeat(40);
  const meter = createMeter();
  for (let at = 0; at < text.length; at++) {
    const ahead = meter.add(text[at]!) - countText(text.slice(0, at + 1));
    assert(ahead >= -2 && ahead <= 32, `${ahead} at ${at}`);
  }
});
