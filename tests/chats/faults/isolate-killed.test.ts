/** An isolate is killed while it streams a chat. The scheduled task then settles the chat. */
import { createFarthing } from "@farthing/client";
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import {
  chatBody,
  closeAbandonedChats,
  closedChats,
  makeChargesFinal,
  promptOf,
  streamChat,
} from "../../support/work/chat.ts";
import { countEntries, proven } from "../../support/project/database.ts";
import { withDeployment } from "../../support/processes/deployment.ts";
import { signUpWith } from "../../support/project/people.ts";
import { balanceOf } from "../../support/money/purchases.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();

/**
 * The isolate is killed after this many tokens: the chat's progress has then been recorded several
 * times, and the answer is still far from its end.
 */
const READ_TOKENS = 300;
const MAX_UNRECORDED_TOKENS = 64;
/**
 * The policy's stream_in_flight_tokens: the highest number of tokens that the provider can have
 * generated since the chat's progress was last recorded.
 */
const IN_FLIGHT_TOKENS = 256;

Deno.test("T28: a chat of a killed isolate pays for received and in-flight tokens", async () => {
  const person = await signUpWith(world, "1000");
  const { content } = promptOf("[tokens:2000] [pace:2]");
  const body = chatBody(content, { max_output_tokens: 3_000 });
  const key = crypto.randomUUID();
  let read = 0;
  await withDeployment(world, {}, async (deployment, kill) => {
    let dying: Promise<void> | undefined;
    const reading = streamChat(deployment, person, body, (deltas) => {
      read = deltas;
      if (deltas >= READ_TOKENS) dying ??= kill();
      return true;
    }, key);
    await rejects(reading);
    await dying;
  });
  ok(Number((await balanceOf(world, person.id)).held) > 0, "nothing is held");
  await closeAbandonedChats(world, [person]);
  const [chat] = await closedChats(world, person);
  equal(chat?.state, "settled");
  // The caller's count of tokens and the recorded count may differ. Tokens may have been sent to
  // the caller but not recorded, or recorded but not received by the caller.
  const gap = Math.abs(read - chat!.streamed_tokens);
  ok(gap <= MAX_UNRECORDED_TOKENS, `${read} read, ${chat?.streamed_tokens} recorded`);
  const { held, balance } = await balanceOf(world, person.id);
  const price = (chat!.input_tokens * 20 + (chat!.streamed_tokens + IN_FLIGHT_TOKENS) * 60) /
    1000;
  deepEqual([held, Number(balance)], ["0", 1000 - price]);
  equal(await countEntries(world, person.id, "settle"), 1);

  const again = await streamChat(world, person, body, () => true, key);
  deepEqual([again.replayed, again.events.at(-1)?.name], [false, "usage"]);
  equal((await balanceOf(world, person.id)).held, "0");
  await proven(world);
});

Deno.test("the client learns the charge of a killed isolate's chat, and begins no second chat", async () => {
  const person = await signUpWith(world, "1000");
  const { content } = promptOf("[tokens:2000] [pace:2]");
  const charged = await withDeployment(world, {}, async (deployment, kill) => {
    let dying: Promise<void> | undefined;
    let pieces = 0;
    const farthing = createFarthing({
      url: deployment.url,
      publishableKey: world.publishableKey,
      getAccessToken: () => person.token,
      // After the kill, the client's requests go to another deployment, as the platform would send
      // them to another isolate.
      fetch: (input, init) => {
        const request = new Request(input, init);
        if (dying === undefined) return fetch(request);
        return fetch(new Request(request.url.replace(deployment.url, world.url), request));
      },
    });
    const messages = [{ role: "user" as const, content }];
    const stream = farthing.chat.stream({ model: "gpt-4o", messages, max_output_tokens: 3_000 });
    await rejects(async () => {
      for await (const _ of stream) {
        if (++pieces === READ_TOKENS) dying = kill();
      }
    }, { code: "network_error" });
    await dying;
    await closeAbandonedChats(world, [person]);
    await makeChargesFinal(world, person);
    return await stream.settled();
  });
  const { held, balance } = await balanceOf(world, person.id);
  deepEqual([held, Number(balance)], ["0", 1000 - Number(charged?.credits)]);
  equal((await closedChats(world, person)).length, 1);
  await proven(world);
});
