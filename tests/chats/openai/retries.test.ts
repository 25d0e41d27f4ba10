/** Requests of OpenAI's SDK that are sent more than once, and what they cost. */
import OpenAI from "openai";
import { deepEqual, equal, ok } from "node:assert/strict";
import { closedChats, endedRequestsWith, promptOf } from "../../support/work/chat.ts";
import { countEntries, proven } from "../../support/project/database.ts";
import { type Person, signUpWith } from "../../support/project/people.ts";
import { readWorld } from "../../support/project/world.ts";
import { chatOf, failureOf, hasPaid, sdkOf } from "./sdk.ts";

const world = readWorld();

Deno.test("requests of one key at the same moment are answered once, and charged once", async () => {
  const person = await signUpWith(world, "1000");
  const { completions } = sdkOf(world, person).chat;
  const { name, content } = promptOf("[slow:1000] [tokens:20]");
  const headers = { "Idempotency-Key": crypto.randomUUID() };
  const ask = () => completions.create(chatOf(content), { headers });
  const all = await Promise.allSettled(Array.from({ length: 10 }, ask));
  const refused = all.flatMap((each) => each.status === "rejected" ? [each.reason] : []);
  equal(refused.length, 9);
  for (const error of refused) {
    ok(error instanceof OpenAI.ConflictError, String(error));
    deepEqual([error.code, error.headers.get("retry-after")], ["idempotency_in_progress", "1"]);
  }
  const { usage } = await ask();
  equal((await endedRequestsWith(world, name)).length, 1);
  await hasPaid(world, person, [usage!]);
  await proven(world);
});

/**
 * Makes a client whose timeout passes before the model answers. Each call therefore sends its
 * request three times.
 */
function hasty(person: Person): OpenAI {
  const baseURL = `${world.url}/functions/v1/ai/v1`;
  return new OpenAI({ baseURL, apiKey: person.token, timeout: 2_000, maxRetries: 2 });
}

Deno.test("retries after the SDK's own timeout cost one answer with a key", async () => {
  const person = await signUpWith(world, "1000");
  const { name, content } = promptOf("[slow:8000] [tokens:20]");
  const headers = { "Idempotency-Key": crypto.randomUUID() };
  const ask = (client: OpenAI) => client.chat.completions.create(chatOf(content), { headers });
  const error = await failureOf(ask(hasty(person)));
  ok(error instanceof OpenAI.APIError, String(error));
  await closedChats(world, person);
  const { usage } = await ask(sdkOf(world, person));
  equal((await endedRequestsWith(world, name)).length, 1);
  equal(await countEntries(world, person.id, "settle"), 1);
  await hasPaid(world, person, [usage!]);
  await proven(world);
});

Deno.test("without a key each retry that reached the model is charged, as the recipe says", async () => {
  const person = await signUpWith(world, "1000");
  const { name, content } = promptOf("[slow:6000] [tokens:20]");
  const error = await failureOf(hasty(person).chat.completions.create(chatOf(content)));
  ok(error instanceof OpenAI.APIConnectionTimeoutError, String(error));
  await closedChats(world, person);
  const calls = await endedRequestsWith(world, name);
  ok(calls.length > 1, "the SDK has not retried");
  await hasPaid(world, person, calls.map(({ billed }) => billed!));
  equal(await countEntries(world, person.id, "settle"), calls.length);
  await proven(world);
});

Deno.test("messages that the model refuses are 400, which the SDK does not retry, and free", async () => {
  const person = await signUpWith(world, "1000");
  let sent = 0;
  const client = sdkOf(world, person, { maxRetries: 2 }).withOptions({
    fetch: (url, init) => {
      sent += 1;
      return fetch(url, init);
    },
  });
  const body = {
    ...chatOf(promptOf("").content),
    // OpenAI accepts this format only if a message contains the word JSON.
    response_format: { type: "json_object" as const },
  };
  for (const stream of [false, true]) {
    const error = await failureOf(client.chat.completions.create({ ...body, stream }));
    ok(error instanceof OpenAI.BadRequestError, String(error));
    deepEqual([error.code, error.param], ["invalid_request", "messages"]);
  }
  equal(sent, 2);
  await hasPaid(world, person, []);
  await proven(world);
});
