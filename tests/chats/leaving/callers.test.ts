/**
 * T28 in docs/reference/traps.md: a user pays at least the provider's bill for a stream, however
 * and whenever the caller leaves.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { closedChats } from "../../support/work/chat.ts";
import { proven } from "../../support/project/database.ts";
import { readWorld } from "../../support/project/world.ts";
import { callOf, chatOf, judge, KINDS } from "./bill.ts";
import { type Leave, leaveAccepted, leaveAfter, send, standStill } from "./leave.ts";

const world = readWorld();

const WAYS: readonly [string, Leave][] = [
  ["left when the provider has accepted", leaveAccepted],
  ["left at the first piece", leaveAfter(() => 1)],
  ["left in the middle", leaveAfter(({ pieces }) => pieces / 2)],
  ["left just before the end", leaveAfter(({ pieces }) => pieces - 1)],
  ["not read by its caller", standStill],
];

for (const [way, leave] of WAYS) {
  Deno.test(`T28: a stream that is ${way} costs at least the bill, and at most the hold`, async () => {
    await Promise.all(KINDS.map(async (kind) => {
      const chat = await chatOf(world, kind);
      await leave(world, chat);
      await judge(world, chat, way);
    }));
    await proven(world);
  });
}

const CUTS: readonly [string, string, number][] = [
  ["cut after its caller has left", "[cut:12]", 4],
  ["cut while its caller reads", "[cut:12]", Infinity],
  ["broken off while its caller reads", "[break:12]", Infinity],
];

for (const [way, marker, pieces] of CUTS) {
  Deno.test(`T28: a stream that is ${way} costs at least the bill, and at most the hold`, async () => {
    await Promise.all(KINDS.map(async (kind) => {
      const chat = await chatOf(world, kind, marker);
      await leaveAfter(() => pieces)(world, chat);
      await judge(world, chat, way);
    }));
    await proven(world);
  });
}

Deno.test("T28: a repeat of an abandoned stream gets the full answer of the first call", async () => {
  await Promise.all(KINDS.map(async (kind) => {
    const chat = await chatOf(world, kind);
    await leaveAfter(() => 1)(world, chat);
    const early = await send(world, chat);
    const said = await early.text();
    ok([200, 409].includes(early.status), said);
    // Each repeated request counts towards the limit of chats per minute, so the test sends the
    // request again only after the chat is closed.
    await closedChats(world, chat.person);
    const answer = await send(world, chat);
    equal(answer.status, 200);
    equal(answer.headers.get("idempotency-replayed"), "true");
    const text = await answer.text();
    ok(text.includes("event: usage"), text);
    const call = await callOf(world, chat, "ended");
    deepEqual([call.aborted, call.billed], [false, call.usage]);
    await judge(world, chat, "repeated");
  }));
  await proven(world);
});
