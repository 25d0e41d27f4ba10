/**
 * T28 in docs/reference/traps.md, with streams to OpenAI's SDK: if the isolate of a stream is
 * killed, the user pays at least the provider's bill.
 */
import { ok } from "node:assert/strict";
import { callOf, judge, KINDS } from "../leaving/bill.ts";
import { closeAbandonedChats, closedChats, promptOf } from "../../support/work/chat.ts";
import { proven } from "../../support/project/database.ts";
import { withDeployment } from "../../support/processes/deployment.ts";
import { signUpWith } from "../../support/project/people.ts";
import { balanceOf } from "../../support/money/purchases.ts";
import { readWorld } from "../../support/project/world.ts";
import { failureOf, sdkOf } from "./sdk.ts";

const world = readWorld();

Deno.test("T28: streams of OpenAI's SDK in a killed isolate cost the bill or more", async () => {
  const chats = await Promise.all(KINDS.map(async (kind) => {
    // The streams are slow, so that no stream ends before all have begun.
    const { name, content } = promptOf(`${kind.markers} [tokens:400] [pace:200]`);
    const body = {
      model: kind.model,
      messages: [{ role: "user" as const, content }],
      max_completion_tokens: 1_500,
      stream: true as const,
    };
    return { kind, person: await signUpWith(world, "10000"), name, key: "", body };
  }));
  await withDeployment(world, {}, async (deployment, kill) => {
    const began = chats.map(() => Promise.withResolvers<void>());
    const reading = chats.map(async ({ person, body }, nr) => {
      let read = 0;
      const stream = await sdkOf(deployment, person).chat.completions.create(body);
      for await (const _ of stream) if (++read >= 3) began[nr]!.resolve();
    });
    const killed = Promise.all(began.map(({ promise }) => promise)).then(() => kill());
    await Promise.all([killed, ...reading.map(failureOf)]);
  });
  await Promise.all(chats.map((chat) => callOf(world, chat, "ended")));
  for (const { person } of chats) ok(Number((await balanceOf(world, person.id)).held) > 0);
  await closeAbandonedChats(world, chats.map(({ person }) => person));
  for (const chat of chats) {
    await closedChats(world, chat.person);
    await judge(world, chat, "isolate killed");
  }
  await proven(world);
});
