import assert from "node:assert/strict";
import { ask, failure, withAi } from "./harness.ts";

Deno.test("a control adds behaviour to the next requests", async () => {
  await withAi(async ({ client, control }) => {
    const next = { count: 2, behaviour: "[tokens:3]" };
    assert.equal((await control("POST", "/next", next)).status, 204);
    await control("POST", "/next", { behaviour: "[fail:500]" });
    const lengths: (number | undefined)[] = [];
    for (let times = 0; times < 2; times++) {
      lengths.push(
        (await client.chat.completions.create(ask("[tokens:9]"))).usage?.completion_tokens,
      );
    }
    assert.deepEqual(lengths, [3, 3]);
    await failure(() => client.chat.completions.create(ask("x")));
    await client.chat.completions.create(ask("x"));
    await control("POST", "/next", { behaviour: "[fail:500]" });
    assert.equal((await control("DELETE", "/next")).status, 204);
    await client.chat.completions.create(ask("x"));
  });
});

Deno.test("the control refuses invalid behaviour", async () => {
  await withAi(async ({ control }) => {
    for (
      const body of [{}, { behaviour: "fail" }, { count: 0, behaviour: "[fail:500]" }, undefined]
    ) {
      const response = await control("POST", "/next", body);
      assert.equal(response.status, 422);
      await response.body?.cancel();
    }
  });
});

Deno.test("the control lists all requests, or those with a text, until they are deleted", async () => {
  await withAi(async ({ client, clientWith, control, ended }) => {
    const completion = await client.chat.completions.create({
      ...ask("first one"),
      max_tokens: 20,
    });
    await failure(() => client.chat.completions.create(ask("second one", "gpt-none")));
    await failure(() =>
      clientWith({ apiKey: "sk-other" }).chat.completions.create(ask("third one"))
    );
    const [first] = await ended("first one");
    assert.deepEqual(first, {
      id: completion.id.slice("chatcmpl-".length),
      received_at: "2026-11-21T10:00:00.000Z",
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: "first one" }],
      prompt: "first one",
      stream: false,
      max_tokens: 20,
      status: 200,
      error_code: null,
      finish_reason: "length",
      usage: completion.usage,
      billed: completion.usage,
      tokens_sent: 20,
      aborted: false,
      ended: true,
    });
    const all = await (await control("GET", "/requests")).json();
    assert.deepEqual([all.received, all.aborted], [3, 0]);
    const errors = all.requests.map((entry: { error_code: string | null }) => entry.error_code);
    assert.deepEqual(errors, [null, "model_not_found", "invalid_api_key"]);
    assert.equal((await control("DELETE", "/requests")).status, 204);
    assert.equal((await (await control("GET", "/requests")).json()).received, 0);
    const unknown = await control("GET", "/nothing");
    assert.equal(unknown.status, 404);
    await unknown.body?.cancel();
  });
});
