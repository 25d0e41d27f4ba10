/**
 * Work grows with the length of a text and not with its square, whatever somebody sends. Sixteen times
 * the text may take 80 times as long; a detector that reads its text again from every place takes 256
 * times, so neither a slow machine nor a busy one decides what this test says.
 */
import assert from "node:assert/strict";
import { redact } from "./redact.ts";

const SHORT = 64 * 1024;
const LONG = 16 * SHORT;
const MAX_GROWTH = 80;
// Below this a text is read so fast that its time is the clock's noise.
const MIN_MS = 2;

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
};

function msOf(text: string): number {
  const from = performance.now();
  redact(text);
  return performance.now() - from;
}

/** The least of some runs: what else the machine did is in the others. */
function leastMs(text: string): number {
  return Math.min(msOf(text), msOf(text), msOf(text));
}

function filled(piece: string, length: number): string {
  return piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
}

for (const [name, piece] of Object.entries(PIECES)) {
  Deno.test(`1 MB of ${name} takes time in proportion`, () => {
    const shortMs = Math.max(leastMs(filled(piece, SHORT)), MIN_MS);
    const long = filled(piece, LONG);
    let longMs = msOf(long);
    // A machine that was busy with something else is asked again; a pattern that is slow stays slow.
    for (let again = 0; again < 3 && longMs / shortMs >= MAX_GROWTH; again++) {
      longMs = Math.min(longMs, msOf(long));
    }
    assert(longMs / shortMs < MAX_GROWTH, `${shortMs} ms for 64 KB, ${longMs} ms for 1 MB`);
  });
}
