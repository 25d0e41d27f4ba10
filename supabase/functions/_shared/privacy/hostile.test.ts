/**
 * Tests that the redactor's work grows linearly with the length of a text, not with its square. One
 * text of 256 KB (1 MB with CI_FULL=1) must take less than 5 times as long as its sixteen parts
 * together. A detector that reads the text again from every position takes 16 times as long. A busy
 * machine slows both measurements, so their ratio stays the same.
 */
import assert from "node:assert/strict";
import { processorTime } from "#support/processor-time.ts";
import { redact } from "./redact.ts";

const SHORT = (Deno.env.get("CI_FULL") === "1" ? 64 : 16) * 1024;
const LONG = 16 * SHORT;
const MAX_GROWTH = 5;

const PIECES: Record<string, string> = {
  "digits": "4",
  "digits in fours": "4111 ",
  "digits and spaces": "1 ",
  "digits and dashes": "1-",
  "digits, dashes and spaces": "4 - ",
  "digits and dots": "1.",
  "octets": "255.",
  "at signs": "@",
  "at signs between letters": "a@",
  "addresses in one": "a@b.c",
  "encoded at signs": "%40",
  "dots": ".",
  "labels of a domain": "a@a.a-",
  "colons": ":",
  "groups of IPv6": "a1:",
  "plus signs": "+",
  "plus signs and digits": "+1",
  "numbers that no one has": "+12345678 ",
  "long numbers that no one has": "+1 2 3 4 5 6 7 8 9 0 1 2 ",
  "zeros": "00",
  "brackets and digits": "(2",
  "base64": "QUJDRA",
  "heads of tokens": "eyJ",
  "heads and dots": "eyJhbGciOi.",
  "heads and dashes": "-eyJ",
  "keys without an end": "sk_live_",
  "keys of OpenAI": "-sk-",
  "SendGrid": "SG.",
  "private keys without an end": "-----BEGIN PRIVATE KEY-----",
  "URLs without an end": "a://b:",
  "bearers": "bearer ",
  "passwords": "password",
  "passwords and colons": "password: ",
  "quotes never closed": "token='",
  "names of numbers": "tel ",
  "words between": "call me at ",
  "passports": "passport no ",
  "social security": "ssn ",
  "IBAN heads": "DE89 ",
  "streets": "street, ",
  "house numbers and streets": "1 a b c street ",
  "postal codes": "zip ",
  "letters": "a",
  "capitals": "A",
  "spaces": " ",
  "lines": "\n",
  "dashes": "-",
  "tokens": "[EMAIL]",
  "full-width digits": "４",
  "full-width at signs between letters": "a＠",
  "characters without width": "\u200b",
  "digits and characters without width": "4\u200b",
  "spelled at signs": "[at]",
  "spelled at signs between letters": "a[at]",
  "spelled addresses in one": "a[at]b[dot]c",
  "labels with spelled dots": "a(at)a dot ",
  "sentences with at": "a at a ",
  "sentences with at and dot": "a at a dot ",
  "open brackets": "[ ",
  "groups of three, two and four": "123 45 6789 ",
  "fifteen digits from 1 on": "135412345678911 ",
  "travel documents": "travel document no ",
};

function msOf(text: string, times = 1): number {
  const before = processorTime();
  for (let time = 0; time < times; time++) redact(text);
  return processorTime() - before;
}

function filled(piece: string, length: number): string {
  return piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
}

for (const [name, piece] of Object.entries(PIECES)) {
  Deno.test(`a long text of ${name} takes time in proportion to its length`, () => {
    const short = filled(piece, SHORT);
    const long = filled(piece, LONG);
    const growth = () => msOf(long) / msOf(short, LONG / SHORT);
    // A slow pattern is slow in every run, but a garbage collection delays only some runs, so the
    // fastest run counts.
    let least = growth();
    for (let again = 0; again < 3 && least >= MAX_GROWTH; again++) {
      least = Math.min(least, growth());
    }
    assert(
      least < MAX_GROWTH,
      `one long text takes ${least.toFixed(1)} times as long as 16 parts`,
    );
  });
}
