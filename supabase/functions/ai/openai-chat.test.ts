import assert from "node:assert/strict";
import OpenAI from "openai";
import { ApiError } from "../_shared/core/errors.ts";
import { ANSWER, UNASKED } from "#support/fakes/ai.ts";
import { MESSAGES, openAiSdk } from "#support/fakes/openai-sdk.ts";
import { makeFake, ORIGIN } from "#support/fakes/services.ts";
import { CHAT_HOLD_ID } from "#support/samples/chats.ts";
import { argsOf } from "#support/samples/streamed-chat.ts";
import { SECRET_KEY, USER_ID } from "#support/project.ts";
import { send } from "#support/cases/routes.ts";

const CHAT = { model: "gpt-4o", messages: MESSAGES };
const PATH = "/ai/v1/chat/completions";

/** Returns the error that the SDK throws. */
async function thrown(promise: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  const error: unknown = await promise.then(() => assert.fail("not refused"), (error) => error);
  assert(error instanceof OpenAI.APIError, String(error));
  return error;
}

Deno.test("OpenAI's SDK gets a completion, whose charge is in headers", async () => {
  const fake = await makeFake();
  const client = await openAiSdk(fake);
  const { data, response } = await client.chat.completions.create(CHAT).withResponse();
  assert.deepEqual(data, {
    id: `chatcmpl-${CHAT_HOLD_ID}`,
    object: "chat.completion",
    created: Date.parse("2026-11-21T12:00:00Z") / 1000,
    model: "gpt-4o",
    choices: [{
      index: 0,
      message: { role: "assistant", content: ANSWER, refusal: null },
      logprobs: null,
      finish_reason: "stop",
    }],
    usage: {
      prompt_tokens: 12,
      completion_tokens: 4,
      total_tokens: 16,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
  });
  const names = ["farthing-hold", "farthing-credits", "farthing-balance"];
  const headers = names.map((name) => response.headers.get(name));
  assert.deepEqual(headers, [CHAT_HOLD_ID, "0.48", "99.52"]);
  assert.deepEqual(fake.names(), ["chats_begin", "chats_settle"]);
  const [begin] = argsOf(fake, "chats_begin");
  assert.deepEqual([begin?.p_user_id, begin?.p_idempotency_key], [USER_ID, undefined]);
});

Deno.test("OpenAI's counts include cached input and reasoning", async () => {
  const usage = {
    input_tokens: 60,
    cached_input_tokens: 40,
    output_tokens: 30,
    reasoning_tokens: 20,
  };
  const complete = () => Promise.resolve({ text: "", finishReason: "stop", usage });
  const client = await openAiSdk(await makeFake({ ai: { complete } }));
  assert.deepEqual((await client.chat.completions.create(CHAT)).usage, {
    prompt_tokens: 100,
    completion_tokens: 50,
    total_tokens: 150,
    prompt_tokens_details: { cached_tokens: 40 },
    completion_tokens_details: { reasoning_tokens: 20 },
  });
});

Deno.test("without credits the SDK throws 402 with our code, and no model is asked", async () => {
  const details = { limit: "balance", required: "62", available: "0" };
  const chats_begin = () => Promise.reject(new ApiError("insufficient_credits", { details }));
  const client = await openAiSdk(await makeFake({ ai: UNASKED, answers: { chats_begin } }));
  for (const stream of [false, true]) {
    const error = await thrown(client.chat.completions.create({ ...CHAT, stream }));
    assert.deepEqual([error.status, error.code, error.type, error.param], [
      402,
      "insufficient_credits",
      "insufficient_quota",
      null,
    ]);
    assert.deepEqual((error.error as { details: unknown }).details, details);
    assert.match(error.requestID ?? "", /^[0-9a-f-]{36}$/);
  }
});

Deno.test("beyond a limit the SDK throws 429 with the headers that OpenAI's clients read", async () => {
  const quota = { quota: 20, remaining: 0, resetSeconds: 17 };
  const limiter = {
    check: () =>
      Promise.resolve({
        headers: [],
        quota,
        refusal: { code: "rate_limited" as const, retryAfterSeconds: 17 },
      }),
  };
  const client = await openAiSdk(await makeFake({ ai: UNASKED, overrides: { limiter } }));
  const error = await thrown(client.chat.completions.create(CHAT));
  assert(error instanceof OpenAI.RateLimitError);
  assert.deepEqual([error.code, error.type], ["rate_limited", "rate_limit_error"]);
  const names = ["limit", "remaining", "reset"].map((name) => `x-ratelimit-${name}-requests`);
  const headers = ["retry-after", ...names].map((name) => error.headers?.get(name));
  assert.deepEqual(headers, ["17", "20", "0", "17s"]);
});

Deno.test("a bad token is 401, and an expired one says so", async () => {
  const fake = await makeFake({ ai: UNASKED });
  for (
    const [apiKey, code] of [["nonsense", "unauthenticated"], ["sb_secret_no", "unauthenticated"]]
  ) {
    const error = await thrown((await openAiSdk(fake, { apiKey: apiKey! })).models.list());
    assert(error instanceof OpenAI.AuthenticationError);
    assert.deepEqual([error.code, error.type], [code, "authentication_error"]);
  }
});

Deno.test("a secret key as the SDK's key needs the user who pays", async () => {
  const fake = await makeFake();
  const client = await openAiSdk(fake, { apiKey: SECRET_KEY });
  await client.chat.completions.create({ ...CHAT, user: USER_ID.toUpperCase() });
  const [begin] = argsOf(fake, "chats_begin");
  assert.deepEqual([begin?.p_user_id, begin?.p_author], [USER_ID, "key:default"]);
  for (const user of [undefined, "customer-7"]) {
    const error = await thrown(client.chat.completions.create({ ...CHAT, ...(user && { user }) }));
    assert.deepEqual([error.status, error.param], [400, "user"]);
  }
});

Deno.test("a user who does not exist is named by OpenAI's parameter", async () => {
  const chats_begin = () => Promise.reject(new ApiError("not_found", { field: "user_id" }));
  const fake = await makeFake({ ai: UNASKED, answers: { chats_begin } });
  const client = await openAiSdk(fake, { apiKey: SECRET_KEY });
  const error = await thrown(client.chat.completions.create({ ...CHAT, user: USER_ID }));
  assert.deepEqual([error.status, error.param], [404, "user"]);
});

Deno.test("a secret key as a bearer token is refused from a page, and on other routes", async () => {
  const fake = await makeFake({ ai: UNASKED });
  const authorization = `Bearer ${SECRET_KEY}`;
  const body = { ...CHAT, user: USER_ID };
  const fromPage = await send(fake, "POST", PATH, {
    headers: { authorization, origin: ORIGIN },
    body,
  });
  assert.equal(fromPage.status, 401);
  const elsewhere = await send(fake, "GET", `/credits?user_id=${USER_ID}`, {
    headers: { authorization },
  });
  assert.equal(elsewhere.status, 401);
  assert.deepEqual(fake.names(), []);
});

Deno.test("a user may name only themselves", async () => {
  const fake = await makeFake();
  const client = await openAiSdk(fake);
  await client.chat.completions.create({ ...CHAT, user: USER_ID });
  const other = await thrown(client.chat.completions.create({ ...CHAT, user: CHAT_HOLD_ID }));
  assert.deepEqual([other.status, other.param], [400, "user"]);
});

Deno.test("a key is offered: with one a repeat gets the stored answer", async () => {
  const data = {
    message: {
      role: "assistant" as const,
      content: "",
      tool_calls: [{
        id: "call_1",
        type: "function" as const,
        function: { name: "f", arguments: "{}" },
      }],
    },
    finish_reason: "tool_calls",
    usage: { input_tokens: 9, output_tokens: 4 },
    credits: "0.48",
    balance_after: "99.52",
    hold_id: CHAT_HOLD_ID,
  };
  const chats_begin = () => ({ step: "replay" as const, status: 200, data });
  const fake = await makeFake({ ai: UNASKED, answers: { chats_begin } });
  const client = await openAiSdk(fake, { headers: { "idempotency-key": "key-1" } });
  const { data: completion, response } = await client.chat.completions.create(CHAT).withResponse();
  assert.equal(response.headers.get("idempotency-replayed"), "true");
  assert.equal(completion.choices[0]?.message.content, null);
  assert.deepEqual(completion.choices[0]?.message.tool_calls, data.message.tool_calls);
  assert.match(String(argsOf(fake, "chats_begin")[0]?.p_idempotency_key), /^[0-9a-f]{64}$/);
});

Deno.test("a stored refusal is repeated in OpenAI's shape", async () => {
  const { body } = new ApiError("insufficient_credits");
  const chats_begin = () => ({ step: "replay" as const, status: 402, data: body });
  const fake = await makeFake({ ai: UNASKED, answers: { chats_begin } });
  const client = await openAiSdk(fake, { headers: { "idempotency-key": "key-1" } });
  for (const stream of [false, true]) {
    const error = await thrown(client.chat.completions.create({ ...CHAT, stream }));
    assert.deepEqual([error.status, error.type], [402, "insufficient_quota"]);
  }
});

Deno.test("only models that are offered and have a rate are listed", async () => {
  const fake = await makeFake();
  const client = await openAiSdk(fake);
  const { data } = await client.models.list();
  assert.deepEqual(data.map(({ id, object }) => [id, object]), [["gpt-4o", "model"]]);
  assert(Number.isInteger(data[0]?.created));
  assert.equal((await client.models.retrieve("gpt-4o")).id, "gpt-4o");
  const error = await thrown(client.models.retrieve("claude-haiku-4-5"));
  assert(error instanceof OpenAI.NotFoundError);
  const unrated = await makeFake({ ai: { isOffered: () => false } });
  assert.deepEqual((await (await openAiSdk(unrated)).models.list()).data, []);
});
