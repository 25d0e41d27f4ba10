/**
 * Tests what the emulator bills for a call. If the client disconnects, the prompt and the tokens
 * generated until then are billed.
 */
import assert from "node:assert/strict";
import { ask, type Bench, withAi } from "./harness.ts";

/** Reads `pieces` pieces of an answer, disconnects, and returns the billed usage. */
async function billedAfter(
  { client, ended }: Bench,
  content: string,
  pieces: number,
  model?: string,
) {
  const stream = await client.chat.completions.create({ ...ask(content, model), stream: true });
  let read = 0;
  for await (const { choices } of stream) {
    if (choices[0]?.delta.content && ++read === pieces) break;
  }
  const [entry] = await ended(content);
  assert.ok(entry?.billed);
  const { billed, tokens_sent } = entry;
  const reasoning = billed.completion_tokens_details.reasoning_tokens;
  return {
    completion: billed.completion_tokens,
    reasoning,
    prompt: billed.prompt_tokens,
    tokens_sent,
  };
}

Deno.test("a client that disconnects pays for prompt, reasoning tokens and sent tokens", async () => {
  await withAi(async (bench) => {
    const content = "[reasoning:300] [tokens:5000] [pace:1]";
    const { completion, reasoning, tokens_sent } = await billedAfter(bench, content, 3);
    assert.equal(reasoning, 300);
    assert.equal(completion, 300 + tokens_sent);
    assert.ok(tokens_sent >= 3 && tokens_sent < 5_000);
  });
});

Deno.test("reasoning tokens are billed one by one, and never sent", async () => {
  await withAi(async ({ client, ended }) => {
    const content = "[reasoning:5000] [think:1] [tokens:5]";
    const stream = await client.chat.completions.create({ ...ask(content), stream: true });
    for await (const _ of stream) break;
    const [entry] = await ended(content);
    assert.equal(entry?.tokens_sent, 0);
    const { reasoning_tokens = -1 } = entry?.billed?.completion_tokens_details ?? {};
    assert.ok(reasoning_tokens < 5_000, `${reasoning_tokens}`);
    assert.equal(entry?.usage?.completion_tokens, 5_005);
  });
});

Deno.test("reasoning and a tool call in the middle of an answer are billed", async () => {
  await withAi(async (bench) => {
    const content = "[tokens:8] [afterthought:40] [tool:20]";
    const early = await billedAfter(bench, `${content} [hang:1]`, 1);
    assert.equal(early.reasoning, 0);
    const late = await billedAfter(bench, `${content} [hang:25]`, 5);
    assert.equal(late.reasoning, 40);
    assert.ok(late.completion >= 40 + 20 + 5);
  });
});

Deno.test("another provider's models count tokens with their own tokenizer", async () => {
  await withAi(async (bench) => {
    const content = "ราคาของเหรียญเท่าไหร่ในสมัยนั้น [tokens:4]";
    const ours = await billedAfter(bench, content, 1);
    const theirs = await billedAfter(bench, `${content} `, 1, "claude-haiku-4-5");
    assert.ok(theirs.prompt > 2 * ours.prompt, `${theirs.prompt} and ${ours.prompt} tokens`);
  });
});
