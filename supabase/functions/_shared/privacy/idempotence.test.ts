/** Tests that redacting a redacted text changes nothing, for texts made of random pieces. */
import assert from "node:assert/strict";
import { redact, redactWithFindings } from "./redact.ts";

const PIECES = [
  ...["a@b.example", "jo+x@mail.example", "@", "%40", "+1 212 555 0100", "+44 20 7946 0958", "+"],
  ...["(415) 555-0132", "030 23125 014", "4111 1111 1111 1111", "4242424242424242", "4111", "1111"],
  ...[
    "078-05-1120",
    "219099999",
    "X1234567",
    "123456789",
    "62704",
    "IL",
    "Springfield,",
    "SW1A 1AA",
  ],
  ...["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "DE89", "192.0.2.1", "2001:db8::1"],
  ...["::1", "1.2.3.4.5", "10.0", "sk_live_51Nh3kLJ2e", "sb_secret_Ab12", "eyJhbGci.eyJzdWIi.c2ln"],
  ...[
    "postgres://u:p@h",
    "://",
    "Bearer mF_9.B5f-4.1JqM",
    "password",
    "token",
    "secret",
    "hunter2",
  ],
  ...["passport", "passport no", "ssn", "social security", "tel", "call me at", "my number is"],
  ...[
    "zip",
    "postcode",
    "Street",
    "rue",
    "Hauptstraße 17,",
    "10827 Berlin",
    "version",
    "and",
    "no",
  ],
  ...[
    "[EMAIL]",
    "[PHONE]",
    "[SECRET]",
    "[PASSPORT]",
    "[ZIP]",
    "[",
    "]",
    "12",
    "3456",
    "0",
    "é",
    "电话",
  ],
];
const JOINTS = ["", " ", " ", ", ", "-", ".", ":", "=", ": ", "\n", "/", "'", '"', "(", ")", "_"];
const TEXTS = 20_000;
const MAX_PIECES = 10;
const SEED = Date.now() % 2 ** 31;

/** Lehmer's generator: the same seed gives the same texts on every runtime. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed % 2147483646 + 1;
  return (below) => {
    state = state * 48271 % 2147483647;
    return state % below;
  };
}

Deno.test("redacting a redacted text changes nothing, for random texts", () => {
  const random = randomFrom(SEED);
  for (let count = 0; count < TEXTS; count++) {
    let text = "";
    for (let left = 1 + random(MAX_PIECES); left > 0; left--) {
      text += PIECES[random(PIECES.length)]! + JOINTS[random(JOINTS.length)]!;
    }
    const once = redact(text);
    const note = `seed ${SEED}: ${JSON.stringify(text)} gave ${JSON.stringify(once)}`;
    assert.deepEqual(redactWithFindings(once), { text: once, kinds: [] }, note);
  }
});
