import assert from "node:assert/strict";
import OpenAI from "openai";
import { ask, type Bench, failure, withAi } from "./harness.ts";

type Chunk = OpenAI.ChatCompletionChunk;

const WITH_USAGE = { stream: true, stream_options: { include_usage: true } } as const;

async function read(stream: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const textOf = (chunks: Chunk[]) =>
  chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");

/**
 * Reads pieces of text from a stream until it fails, checks that there were `count` pieces, and
 * returns the error.
 */
async function readSome(
  { client }: Bench,
  content: string,
  count: number,
): Promise<Error> {
  let pieces = 0;
  const error = await failure(async () => {
    const stream = await client.chat.completions.create({ ...ask(content), ...WITH_USAGE });
    for await (const { choices } of stream) {
      if (choices[0]?.delta.content) pieces++;
    }
  });
  assert.equal(pieces, count);
  return error;
}

Deno.test("a stream sends the answer token by token, then finish_reason, then usage", async () => {
  await withAi(async ({ client }) => {
    const prompt = "Größe 👩‍👩‍👧 世界?";
    const whole = await client.chat.completions.create(ask(prompt));
    const chunks = await read(
      await client.chat.completions.create({ ...ask(prompt), ...WITH_USAGE }),
    );
    assert.equal(textOf(chunks), whole.choices[0]?.message.content);
    const [first, ...rest] = chunks;
    assert.equal(first?.choices[0]?.delta.role, "assistant");
    const [reason, usage] = rest.slice(-2);
    assert.equal(reason?.choices[0]?.finish_reason, "stop");
    assert.deepEqual(usage?.choices, []);
    assert.deepEqual(usage?.usage, whole.usage);
    assert.equal(rest.length - 2, whole.usage?.completion_tokens);
    assert.ok(rest.slice(0, -1).every((chunk) => chunk.usage === null));
  });
});

Deno.test("a stream omits usage unless asked, and ends at the token limit", async () => {
  await withAi(async ({ client }) => {
    const request = { ...ask("Tell me more"), stream: true, max_tokens: 5 } as const;
    const chunks = await read(await client.chat.completions.create(request));
    assert.ok(chunks.every((chunk) => !("usage" in chunk)));
    assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, "length");
    assert.equal(chunks.length, 1 + 5 + 1);
  });
});

Deno.test("a stream's connection is reset after the number of tokens in the marker", async () => {
  await withAi(async (bench) => {
    const error = await readSome(bench, "cut me [cut:5]", 5);
    assert.ok(!(error instanceof OpenAI.APIUserAbortError), `${error}`);
    const [entry] = await bench.ended("cut me");
    assert.deepEqual([entry?.status, entry?.tokens_sent, entry?.aborted], [200, 5, false]);
  });
});

Deno.test("a stream ends with an error event after the number of tokens in the marker", async () => {
  await withAi(async (bench) => {
    const error = await readSome(bench, "break me [break:3]", 3);
    assert.ok(error instanceof OpenAI.APIError);
    assert.equal(error.type, "server_error");
    const [entry] = await bench.ended("break me");
    assert.equal(entry?.tokens_sent, 3);
  });
});

Deno.test("a stream that hangs sends nothing more until its client disconnects", async () => {
  await withAi(async ({ client, ended }) => {
    const prompt = "hold me [tokens:500][hang:3]";
    const stream = await client.chat.completions.create({ ...ask(prompt), stream: true });
    let pieces = 0;
    for await (const { choices } of stream) {
      if (choices[0]?.delta.content && ++pieces === 3) break;
    }
    const [entry] = await ended("hold me");
    assert.deepEqual([entry?.tokens_sent, entry?.aborted], [3, true]);
    assert.equal(entry?.billed?.completion_tokens, 3);
  });
});

Deno.test("a stream stops when its client disconnects", async () => {
  await withAi(async ({ client, ended }) => {
    const prompt = "leave me [tokens:5000][pace:1]";
    const stream = await client.chat.completions.create({ ...ask(prompt), stream: true });
    for await (const { choices } of stream) {
      // when the loop ends early, the official client closes the connection
      if (choices[0]?.delta.content) break;
    }
    const [entry] = await ended("leave me");
    assert.deepEqual([entry?.aborted, entry?.status, entry?.finish_reason], [true, 200, "stop"]);
    assert.ok((entry?.tokens_sent ?? 0) < 5_000, `${entry?.tokens_sent} tokens sent`);
  });
});
