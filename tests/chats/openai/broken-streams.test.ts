/**
 * T28 in docs/reference/traps.md: the provider stops or the caller leaves during a stream to
 * OpenAI's SDK.
 */
import OpenAI from "openai";
import { deepEqual, equal, ok } from "node:assert/strict";
import { callOf, judge, KINDS } from "../leaving/bill.ts";
import { promptOf } from "../../support/work/chat.ts";
import { proven } from "../../support/project/database.ts";
import { signUpWith } from "../../support/project/people.ts";
import { readWorld } from "../../support/project/world.ts";
import { failureOf, sdkOf } from "./sdk.ts";

const world = readWorld();

const WAYS: readonly [way: string, marker: string, pieces: number][] = [
  ["left at the first piece", "", 1],
  ["left in the middle", "", 10],
  ["cut while its caller reads", "[cut:12]", Infinity],
  ["broken off while its caller reads", "[break:12]", Infinity],
];

for (const [way, marker, pieces] of WAYS) {
  Deno.test(`T28: a stream of OpenAI's SDK ${way} costs the bill or more, up to the hold`, async () => {
    await Promise.all(KINDS.map(async (kind) => {
      const person = await signUpWith(world, "10000");
      const { name, content } = promptOf(`${kind.markers} ${marker}`);
      const body = {
        model: kind.model,
        messages: [{ role: "user" as const, content }],
        max_completion_tokens: 1_500,
        stream: true as const,
      };
      const reading = async () => {
        let read = 0;
        const stream = await sdkOf(world, person).chat.completions.create(body);
        for await (const _ of stream) if (++read >= pieces) break;
      };
      const error: unknown = await reading().then(() => null, (error) => error);
      if (marker === "") equal(error, null);
      else {
        ok(error instanceof OpenAI.APIError, String(error));
        deepEqual([error.code, error.type], ["upstream_unavailable", "server_error"]);
      }
      await judge(world, { kind, person, name, key: "", body }, way);
    }));
    await proven(world);
  });
}

/** Makes a conversation with many tool calls. A provider bills several tokens for each call. */
function afterCalls(count: number, content: string): OpenAI.ChatCompletionMessageParam[] {
  const called = { name: "f", arguments: "{}" };
  const ids = Array.from({ length: count }, (_, index) => `c${index}`);
  return [
    { role: "user", content },
    {
      role: "assistant",
      tool_calls: ids.map((id) => ({ id, type: "function" as const, function: called })),
    },
    ...ids.map((id) => ({ role: "tool" as const, tool_call_id: id, content: "x" })),
    { role: "user", content },
  ];
}

Deno.test("T28: a stream that is cut after 120 tool calls costs the bill or more", async () => {
  const [kind] = KINDS;
  const person = await signUpWith(world, "10000");
  const { name, content } = promptOf("[cut:1]");
  const messages = [...afterCalls(120, content), ...afterCalls(120, content)];
  const body = { model: kind!.model, messages, stream: true as const, max_tokens: 1_500 };
  const stream = await sdkOf(world, person).chat.completions.create(body);
  const error = await failureOf(Array.fromAsync(stream));
  ok(error instanceof OpenAI.APIError, String(error));
  await judge(world, { kind: kind!, person, name, key: "", body }, "cut after tool calls");
  await proven(world);
});

Deno.test("T28: a stream that OpenAI's SDK aborts before its first byte costs the bill or more", async () => {
  await Promise.all(KINDS.map(async (kind) => {
    const person = await signUpWith(world, "10000");
    const { name, content } = promptOf(`${kind.markers} [slow:400]`);
    const body = {
      model: kind.model,
      messages: [{ role: "user" as const, content }],
      max_completion_tokens: 1_500,
      stream: true as const,
    };
    const caller = new AbortController();
    const asked = sdkOf(world, person).chat.completions.create(body, { signal: caller.signal })
      .then((stream) => stream.controller.abort(), () => {});
    const chat = { kind, person, name, key: "", body };
    await callOf(world, chat, "begun");
    caller.abort();
    await asked;
    await judge(world, chat, "aborted before its first byte");
  }));
  await proven(world);
});
