/**
 * T28 in docs/reference/traps.md: if the isolate of a stream is killed, the user pays at least the
 * provider's bill.
 */
import { ok, rejects } from "node:assert/strict";
import { closeAbandonedChats, closedChats, streamChat } from "../../support/work/chat.ts";
import { proven } from "../../support/project/database.ts";
import { withDeployment } from "../../support/processes/deployment.ts";
import { balanceOf } from "../../support/money/purchases.ts";
import { readWorld } from "../../support/project/world.ts";
import { callOf, chatOf, judge, KINDS } from "./bill.ts";

const world = readWorld();

Deno.test("T28: streams of a killed isolate cost at least the bill, and at most the hold", async () => {
  const chats = await Promise.all(
    // The streams are slow, so that no stream ends before all have begun, even on a busy machine.
    KINDS.map((kind) => chatOf(world, kind, "[tokens:400] [pace:200]")),
  );
  await withDeployment(world, {}, async (deployment, kill) => {
    const began = chats.map(() => Promise.withResolvers<void>());
    const reading = chats.map(({ person, body, key }, nr) =>
      streamChat(deployment, person, body, (deltas) => {
        if (deltas >= 3) began[nr]!.resolve();
        return true;
      }, key)
    );
    const killed = Promise.all(began.map(({ promise }) => promise)).then(() => kill());
    await Promise.all([killed, ...reading.map((stream) => rejects(stream))]);
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
