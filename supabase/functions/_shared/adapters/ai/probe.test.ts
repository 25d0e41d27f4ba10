import assert from "node:assert/strict";
import { NO_METRICS } from "../../metrics/metrics.ts";
import { createProbe } from "./probe.ts";

const REQUEST = {
  model: "gpt-4o",
  messages: [{ role: "user" as const, content: "ready?" }],
  maxOutputTokens: 16,
};

/** A provider that gives this answer to each request, and remembers the last request. */
async function withProvider(
  answer: () => Response,
  test: (ask: () => Promise<unknown>, last: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  let asked: Promise<unknown> = Promise.resolve();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const path = new URL(request.url).pathname;
    const key = request.headers.get("authorization");
    asked = request.json().then((body) => ({ path, key, body }));
    return asked.then(answer);
  });
  const baseUrl = `http://127.0.0.1:${server.addr.port}/v1/`;
  const probe = createProbe({ baseUrl, apiKey: "sk-test", researchModel: "gpt-4o" }, NO_METRICS);
  try {
    await test(() => probe.complete(REQUEST), () => asked);
  } finally {
    await server.shutdown();
  }
}

Deno.test("a probe asks for a few tokens, and reports their number", async () => {
  const usage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 };
  const answer = () => Response.json({ choices: [{ message: { content: "yes" } }], usage });
  await withProvider(answer, async (ask, last) => {
    assert.deepEqual(await ask(), {
      text: "",
      finishReason: "stop",
      usage: { input_tokens: 9, output_tokens: 2 },
    });
    assert.deepEqual(await last(), {
      path: "/v1/chat/completions",
      key: "Bearer sk-test",
      body: { model: "gpt-4o", messages: REQUEST.messages, max_completion_tokens: 16 },
    });
  });
});

Deno.test("a provider that refuses, or answers nothing, counts as down", async () => {
  const answers: [answer: () => Response, internal: string][] = [
    [() => Response.json({ error: "key" }, { status: 401 }), "ai: status 401"],
    [() => Response.json({ choices: [] }), "ai: no answer"],
    [() => new Response("<html>"), "ai: no answer"],
  ];
  for (const [answer, internal] of answers) {
    await withProvider(answer, async (ask) => {
      await assert.rejects(ask, { code: "upstream_unavailable", internal });
    });
  }
});
