import { waitFor } from "@farthing/command-line";
import assert from "node:assert/strict";
import OpenAI from "openai";
import { ask, failure, withAi } from "./harness.ts";

Deno.test("a prompt can ask for an error status and its Retry-After", async () => {
  await withAi(async ({ client }) => {
    const call = (prompt: string) => failure(() => client.chat.completions.create(ask(prompt)));
    const broken = await call("[fail:500]");
    assert.ok(broken instanceof OpenAI.InternalServerError);
    assert.equal(broken.type, "server_error");
    const busy = await call("[fail:503][retry:30]");
    assert.ok(busy instanceof OpenAI.InternalServerError);
    assert.deepEqual([busy.status, busy.headers.get("retry-after")], [503, "30"]);
    const limited = await call("[fail:429]");
    assert.ok(limited instanceof OpenAI.RateLimitError);
    assert.equal(limited.code, "rate_limit_exceeded");
    assert.equal(limited.headers.get("retry-after"), "1");
    const empty = await call("[fail:quota]");
    assert.ok(empty instanceof OpenAI.RateLimitError);
    assert.equal(empty.code, "insufficient_quota");
    assert.equal(empty.headers.get("retry-after"), null);
  });
});

Deno.test("a counted fault ends after its number of requests, by prompt or by name", async () => {
  await withAi(async ({ client, ended }) => {
    const outcomes = async (prompts: string[]) => {
      const statuses: (number | undefined)[] = [];
      for (const prompt of prompts) {
        const call = client.chat.completions.create(ask(prompt));
        statuses.push(
          await call.then(() => 200, (error: InstanceType<typeof OpenAI.APIError>) => error.status),
        );
      }
      return statuses;
    };
    const counted = "counted [fail:503x2]";
    const others = ["other [fail:503x2]", counted, counted];
    assert.deepEqual(await outcomes([counted, ...others]), [503, 503, 503, 200]);
    const named = ["one [fail:429x1:job7]", "two [fail:429x1:job7]"];
    assert.deepEqual(await outcomes(named), [429, 200]);
    const statuses = (await ended("counted")).map(({ status }) => status);
    assert.deepEqual(statuses, [503, 503, 200]);
  });
});

Deno.test("the client's own retries outlast a counted fault", async () => {
  await withAi(async ({ clientWith, ended }) => {
    const prompt = "again [fail:429x2][retry:0]";
    const completion = await clientWith({ maxRetries: 2 }).chat.completions.create(ask(prompt));
    assert.equal(completion.choices[0]?.finish_reason, "stop");
    assert.equal((await ended("again")).length, 3);
  });
});

Deno.test("a connection is reset before an answer or inside it", async () => {
  await withAi(async ({ client, ended }) => {
    const reset = await failure(() => client.chat.completions.create(ask("early [fail:reset]")));
    assert.ok(reset instanceof OpenAI.APIConnectionError);
    const [entry] = await ended("early");
    assert.deepEqual([entry?.status, entry?.aborted], [null, false]);
    await assert.rejects(() =>
      Promise.resolve(client.chat.completions.create(ask("half [cut:0]")))
    );
    const [half] = await ended("half");
    assert.deepEqual([half?.status, half?.tokens_sent, half?.aborted], [200, 0, false]);
  });
});

Deno.test("a client that disconnects before a slow answer is noticed and not billed", async () => {
  await withAi(async ({ client, control, ended }) => {
    for (const stream of [false, true]) {
      const prompt = `slow ${stream} [slow:60000]`;
      const leaving = new AbortController();
      const request = { ...ask(prompt), stream };
      const options = { signal: leaving.signal };
      const failed = failure(() => client.chat.completions.create(request, options));
      const query = new URLSearchParams({ contains: prompt });
      const isReceived = async () =>
        (await (await control("GET", `/requests?${query}`)).json()).requests.length > 0 ||
        undefined;
      assert.ok(await waitFor(isReceived, 60_000));
      leaving.abort();
      assert.ok(await failed instanceof OpenAI.APIUserAbortError);
      const [entry] = await ended(prompt);
      assert.deepEqual([entry?.aborted, entry?.status, entry?.usage], [true, null, null]);
    }
  });
});
