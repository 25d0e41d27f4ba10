/**
 * Requests whose framing two servers could read differently. The test writes them as text to a TCP
 * connection, because `fetch` would correct their framing. Each request hides a second request. A
 * server that takes the hidden request for a separate request would answer twice.
 */
import { equal, match, ok } from "node:assert/strict";
import { proven } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const { hostname, port } = new URL(world.url);

const HIDDEN = "GET /functions/v1/usage/rates HTTP/1.1\r\nHost: hidden\r\n\r\n";
const CHUNKED = `2\r\n{}\r\n0\r\n\r\n${HIDDEN}`;

/** Sends a text, waits until the server closes the connection, and returns all answers. */
async function exchange(text: string): Promise<string> {
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const writer = connection.writable.getWriter();
  let answer = "";
  try {
    await writer.write(new TextEncoder().encode(text));
    for await (const part of connection.readable.pipeThrough(new TextDecoderStream())) {
      answer += part;
    }
  } catch {
    // The server has closed the connection while the test was writing. Returns the answers that arrived
    // before.
  }
  return answer;
}

function post(...headers: string[]): string {
  const own = ["Host: localhost", "Content-Type: application/json", "Connection: close"];
  const lines = ["POST /functions/v1/usage HTTP/1.1", ...own, ...headers];
  return lines.map((line) => `${line}\r\n`).join("") + "\r\n";
}

const countOf = (answer: string) => answer.match(/HTTP\/1\.1 \d{3}/g)?.length ?? 0;

const CHUNKS = "Transfer-Encoding: chunked";

const AMBIGUOUS: Readonly<Record<string, string>> = {
  "a length before chunks": post("Content-Length: 4", CHUNKS) + CHUNKED,
  "chunks before a length": post(CHUNKS, "Content-Length: 4") + CHUNKED,
  "two lengths that differ": post("Content-Length: 2", "Content-Length: 60") + `{}${HIDDEN}`,
  "a list of lengths": post("Content-Length: 2, 2") + `{}${HIDDEN}`,
  "a length with a sign": post("Content-Length: +2") + `{}${HIDDEN}`,
  "a length in hex": post("Content-Length: 0x2") + `{}${HIDDEN}`,
  "an unknown transfer coding": post("Transfer-Encoding: xchunked") + CHUNKED,
  "two transfer codings": post(CHUNKS, "Transfer-Encoding: identity") + CHUNKED,
  "a space before the colon of a transfer coding": post("Transfer-Encoding : chunked") + CHUNKED,
  "a transfer coding in a folded line":
    post("X-Other: a\r\n Transfer-Encoding: chunked", "Content-Length: 2") +
    `{}${HIDDEN}`,
  "two hosts": post("Host: other", "Content-Length: 2") + `{}${HIDDEN}`,
  "a null byte in a header": post("X-Other: a\u0000b", "Content-Length: 2") + `{}${HIDDEN}`,
};

for (const [what, text] of Object.entries(AMBIGUOUS)) {
  Deno.test(`a request with ${what} is refused, and the rest of the connection is not read`, async () => {
    const answer = await exchange(text);
    match(answer, /^HTTP\/1\.1 400 /);
    equal(countOf(answer), 1, answer);
    ok(!answer.includes('"success":true'), answer);
  });
}

Deno.test("a request with one length twice is refused with an error of the contract", async () => {
  const answer = await exchange(
    post("Content-Length: 2", "Content-Length: 2", `apikey: ${world.secretKey}`) + "{}",
  );
  match(answer, /^HTTP\/1\.1 400 /);
  match(answer, /"code":"invalid_request".*"field":"Content-Length"/);
});

Deno.test("a request with two credentials is refused, even if one is valid", async () => {
  for (const other of ["sb_secret_other", world.secretKey]) {
    for (const keys of [[world.secretKey, other], [other, world.secretKey]]) {
      const headers = keys.map((key) => `apikey: ${key}`);
      const answer = await exchange(post("Content-Length: 2", ...headers) + "{}");
      match(answer, /^HTTP\/1\.1 40[01] /);
      ok(!answer.includes('"success":true'), answer);
    }
  }
});

Deno.test("a request with unambiguous chunks is read to its end, and then the next one", async () => {
  const first = post(CHUNKS).replace("Connection: close\r\n", "");
  const next = post("Content-Length: 2") + "{}";
  const answer = await exchange(`${first}2\r\n{}\r\n0\r\n\r\n${next}`);
  equal(countOf(answer), 2, answer);
  await proven(world);
});
