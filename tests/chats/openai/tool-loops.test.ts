/** OpenAI's SDK calls tools by itself: it sends each result back until the model has answered. */
import { equal, match } from "node:assert/strict";
import { endedRequestsWith, promptOf } from "../../support/work/chat.ts";
import { proven } from "../../support/project/database.ts";
import { signUpWith } from "../../support/project/people.ts";
import { readWorld } from "../../support/project/world.ts";
import { chatOf, failureOf, hasPaid, sdkOf } from "./sdk.ts";

const world = readWorld();

const TOOLS = [{
  type: "function" as const,
  function: {
    name: "look_up",
    description: "Looks a coin up.",
    parameters: { type: "object", properties: { question: { type: "string" } } },
    parse: JSON.parse,
    function: () => "A quarter penny.",
  },
}];

for (const stream of [false, true]) {
  Deno.test(`each step of runTools is charged once, ${stream ? "streamed" : "whole"}`, async () => {
    const person = await signUpWith(world, "1000");
    const { completions } = sdkOf(world, person).chat;
    const { name, content } = promptOf("[tokens:12]");
    const body = { ...chatOf(content), tools: TOOLS };
    const runner = stream ? completions.runTools({ ...body, stream }) : completions.runTools(body);
    match(await runner.finalContent() ?? "", /^You asked/);
    const calls = await endedRequestsWith(world, name);
    equal(calls.length, 2);
    await hasPaid(world, person, calls.map(({ billed }) => billed!));
    await proven(world);
  });
}

Deno.test("a key in the headers of runTools is refused at the second step, as the recipe says", async () => {
  const person = await signUpWith(world, "1000");
  const { name, content } = promptOf("[tokens:12]");
  const headers = { "Idempotency-Key": crypto.randomUUID() };
  const { completions } = sdkOf(world, person).chat;
  const runner = completions.runTools({ ...chatOf(content), tools: TOOLS }, { headers });
  match((await failureOf(runner.finalContent())).message, /Idempotency-Key was used with another/);
  const calls = await endedRequestsWith(world, name);
  equal(calls.length, 1);
  await hasPaid(world, person, calls.map(({ billed }) => billed!));
  await proven(world);
});
